namespace Wsmq;

/// <summary>Data of <see cref="WsmqClient.StateChanged"/>: the client's state has changed.</summary>
/// <param name="previous">The state before the change.</param>
/// <param name="current">The state after the change.</param>
public sealed class WsmqStateChangedEventArgs(WsmqClientState previous, WsmqClientState current) : EventArgs
{
    /// <summary>The state before the change.</summary>
    public WsmqClientState Previous { get; } = previous;

    /// <summary>The state after the change.</summary>
    public WsmqClientState Current { get; } = current;
}
