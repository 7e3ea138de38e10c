namespace Wsmq;

/// <summary>The client's state has changed.</summary>
/// <param name="previous">The state before.</param>
/// <param name="current">The state now.</param>
public sealed class WsmqStateChangedEventArgs(WsmqClientState previous, WsmqClientState current) : EventArgs
{
    /// <summary>The state before.</summary>
    public WsmqClientState Previous { get; } = previous;

    /// <summary>The state now.</summary>
    public WsmqClientState Current { get; } = current;
}
