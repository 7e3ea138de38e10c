namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.Stalled"/>: the server waits for acks of a source, because a handler is slow or keeps failing, or
/// because there is no handler. Deliveries continue with the next ack.
/// </summary>
/// <param name="source">The address whose messages are not acknowledged.</param>
/// <param name="position">The last position that was delivered.</param>
public sealed class WsmqStalledEventArgs(WsmqAddress source, WsmqPosition position) : EventArgs
{
    /// <summary>The address whose messages are not acknowledged: the user's own queue, or a group.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The last position that was delivered.</summary>
    public WsmqPosition Position { get; } = position;
}
