namespace Wsmq;

/// <summary>One thing in the queue of a source: a message or a gap, in the order in which they stand in the log.</summary>
internal readonly record struct SourceItem(WsmqDelivery? Delivery, WsmqGapEventArgs? Gap, WsmqPosition Position, int Generation);
