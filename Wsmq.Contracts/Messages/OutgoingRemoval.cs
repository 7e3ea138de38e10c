namespace Wsmq;

/// <summary>The message that removes the state of a key.</summary>
internal static class OutgoingRemoval
{
    /// <exception cref="ArgumentException">The key is null or empty.</exception>
    public static WsmqOutgoingMessage Of(WsmqAddress address, string key, WsmqSendOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new WsmqOutgoingMessage
        {
            To = address.ToString(),
            Id = options?.Id,
            Type = options?.Type,
            Headers = options?.Headers,
            CorrelationId = options?.CorrelationId,
            ReplyTo = options?.ReplyTo?.ToString(),
            Delay = options?.Delay,
            NotBefore = options?.NotBefore,
            TimeToLive = options?.TimeToLive,
            ExpectedTail = options?.ExpectedTail,
            StateKey = key,
            RemoveState = true,
        };
    }
}
