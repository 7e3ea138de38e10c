namespace Wsmq;

/// <summary>The time to live of messages.</summary>
internal static class MessageLife
{
    /// <summary>When it ends; null if there is none.</summary>
    /// <param name="position">The position of the message, which is the store's time in µs.</param>
    /// <param name="timeToLive">In ms. If it is not above 0, another program has written it.</param>
    public static DateTimeOffset? EndOf(WsmqPosition position, long? timeToLive)
    {
        if (timeToLive is not ({ } life and > 0))
            return null;
        var stored = DateTimeOffset.UnixEpoch.AddMicroseconds(position.Value);
        return life < (DateTimeOffset.MaxValue - stored).TotalMilliseconds ? stored.AddMilliseconds(life) : DateTimeOffset.MaxValue;
    }
}
