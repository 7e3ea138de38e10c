namespace Wsmq;

/// <summary>The message that removes the state of a key.</summary>
internal static class OutgoingRemoval
{
    /// <exception cref="ArgumentException">The key is null or empty.</exception>
    public static WsmqOutgoingMessage Of(WsmqAddress address, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new WsmqOutgoingMessage { To = address.ToString(), StateKey = key, RemoveState = true };
    }
}
