namespace Wsmq;

/// <summary>Data of <see cref="WsmqClient.StoreStateChanged"/>: the server's store has become unavailable or available.</summary>
/// <param name="available">Whether the store answers.</param>
public sealed class WsmqStoreStateChangedEventArgs(bool available) : EventArgs
{
    /// <summary>Whether the store answers.</summary>
    public bool Available { get; } = available;
}
