namespace Wsmq;

/// <summary>
/// One item in the queue of a source: a message or a gap, in the order of the log; or, with neither, the request to load the app's data.
/// </summary>
internal readonly record struct SourceItem(WsmqDelivery? Delivery, WsmqGapEventArgs? Gap, WsmqPosition Position, int Generation)
{
    public bool IsLoad => Delivery is null && Gap is null;
}
