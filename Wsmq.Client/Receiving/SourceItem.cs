namespace Wsmq;

/// <summary>One thing in the queue of a source: a message or a gap, in the order in which they stand in the log.</summary>
internal readonly record struct SourceItem(Delivery? Delivery, WsmqGapEventArgs? Gap, Position Position, int Generation);
