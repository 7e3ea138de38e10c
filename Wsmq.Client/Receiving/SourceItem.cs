namespace Wsmq;

/// <summary>One item in the queue of a source: a message or a gap, in the order of the log.</summary>
internal readonly record struct SourceItem(WsmqDelivery? Delivery, WsmqGapEventArgs? Gap, WsmqPosition Position, int Generation);
