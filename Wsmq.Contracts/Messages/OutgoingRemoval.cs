namespace Wsmq;

/// <summary>The message that removes the state of a key.</summary>
internal static class OutgoingRemoval
{
    /// <exception cref="ArgumentException">The key is null or empty.</exception>
    public static WsmqOutgoingMessage Of(WsmqAddress address, string key, WsmqSendOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return TypedBody.Untyped(address, options?.Type, null, options) with { StateKey = key, RemoveState = true };
    }
}
