namespace Wsmq;

/// <summary>
/// One item in the queue of a source: a message, a gap or a state, in the order of the log; or, with none, the request to load the app's data.
/// </summary>
internal readonly record struct SourceItem(WsmqDelivery? Delivery, WsmqGapEventArgs? Gap, WsmqPosition Position, int Generation)
{
    /// <summary>The messages of a state, at the position after which the log goes on.</summary>
    public IReadOnlyList<WsmqDelivery>? State { get; init; }

    /// <summary>
    /// The state that is complete with the item: a state itself, or a gap where the app had messages behind the state already; null if none is.
    /// </summary>
    public CompleteState? Complete { get; init; }

    public bool IsLoad => Delivery is null && Gap is null && State is null;
}

/// <summary>A state that is complete.</summary>
/// <param name="Keys">Its keys, with those of messages that the app has already.</param>
/// <param name="Count">The number of messages that the app did not have.</param>
internal sealed record CompleteState(IReadOnlyList<string> Keys, int Count);
