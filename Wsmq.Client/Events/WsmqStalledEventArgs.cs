namespace Wsmq;

/// <summary>The server waits for acks of a source: a handler is slow or keeps failing, or nobody reads.</summary>
/// <param name="source">The source.</param>
/// <param name="position">The last position that was delivered.</param>
public sealed class WsmqStalledEventArgs(WsmqAddress source, WsmqPosition position) : EventArgs
{
    /// <summary>The source.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The last position that was delivered.</summary>
    public WsmqPosition Position { get; } = position;
}
