namespace Wsmq;

/// <summary>The server's store has gone away or has come back.</summary>
/// <param name="available">Whether it answers.</param>
public sealed class WsmqStoreStateChangedEventArgs(bool available) : EventArgs
{
    /// <summary>Whether it answers.</summary>
    public bool Available { get; } = available;
}
