namespace Wsmq;

/// <summary>A message of a state, with its position.</summary>
internal readonly record struct StateMessage(WsmqDelivery Delivery, WsmqPosition Position);
