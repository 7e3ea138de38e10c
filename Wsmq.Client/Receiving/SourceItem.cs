namespace Wsmq;

/// <summary>
/// One item in the queue of a source: a message, a gap or a state, in the order of the log; or, with none, the request to load the app's data.
/// </summary>
internal readonly record struct SourceItem(WsmqDelivery? Delivery, WsmqGapEventArgs? Gap, WsmqPosition Position, int Generation)
{
    /// <summary>The messages of a state, at the position after which the log goes on.</summary>
    public IReadOnlyList<WsmqDelivery>? State { get; init; }

    /// <summary>The keys of the state, with those of messages that the app has already.</summary>
    public IReadOnlyList<string>? StateKeys { get; init; }

    public bool IsLoad => Delivery is null && Gap is null && State is null;
}
