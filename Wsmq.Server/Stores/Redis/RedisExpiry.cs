using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Removes entries that have expired, see expire.lua.</summary>
internal sealed class RedisExpiry(RedisConnections connections, RedisLanes lanes, WsmqOptions options) : IExpiryStore
{
    private const int ValuesOfAnEntry = 4;

    public async Task<ExpiredPart> RemoveAsync(int lane, CancellationToken cancellationToken)
    {
        // Jobs have times to live of their own.
        if (lane >= lanes.Count)
            return new ExpiredPart([], HasMore: false);
        var own = lanes[lane].Keys;
        RedisValue[] values =
        [
            options.Delivery.AckGrace.Micros(), IExpiryStore.MostRemoved, IExpiryStore.MostBytes,
            .. options.Retention.For(WsmqAddressKind.User).Values(), .. options.Retention.For(WsmqAddressKind.Group).Values(),
        ];
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.Expire, [own.Active, own.Spare], values, cancellationToken))!;
        return new ExpiredPart([.. reply.Skip(1).Chunk(ValuesOfAnEntry).Select(Read).OfType<ExpiredEntry>()], (bool)reply[0]);
    }

    private static ExpiredEntry? Read(RedisResult[] parts)
    {
        // Another program may have written the key of a log.
        if (!RedisKeys.TryAddressOf((string)parts[0]!, out var source))
            return null;
        var (position, size) = (RedisReplies.Position(parts[1]), (int)parts[2]);
        var metadata = RedisReplies.Head(position, size, (byte[])parts[3]!)?.Metadata ?? default;
        return new ExpiredEntry(source, position, metadata, Math.Max(0, size - RedisContent.Header));
    }
}
