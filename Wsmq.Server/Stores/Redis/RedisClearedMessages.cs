using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Acknowledged messages for any device: a sorted set for each user who has such messages, in the bucket of its queue.</summary>
internal sealed class RedisClearedMessages(RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options) : IClearedMessages
{
    public Task ClearAsync(WsmqAddress user, IReadOnlyCollection<WsmqPosition> positions, CancellationToken cancellationToken)
    {
        var (log, lane) = (keys.Of(user), lanes.Of(user).Keys);
        var texts = positions.Select(p => p.ToString()).ToArray();
        return connections.EvaluateAsync(
            RedisScript.Clear,
            [log.Cleared, log.Meta, lane.Active],
            [
                options.Retention.For(user.Kind).MaxAge.Micros(), lanes.PublishCommand, lane.Channels, RedisSignalReader.Cleared(log, texts), log.Name,
                .. texts.Select(text => (RedisValue)text),
            ],
            cancellationToken);
    }

    public async Task<IReadOnlyList<WsmqPosition>> FindAsync(
        WsmqAddress user, WsmqPosition first, WsmqPosition last, CancellationToken cancellationToken)
    {
        var found = await connections.EvaluateAsync(
            RedisScript.Cleared, [keys.Of(user).Cleared], [first.ToString(), last.ToString()], cancellationToken);

        // Another value is foreign.
        return [.. ((RedisValue[])found!).Select(text => WsmqPosition.TryParse(text, out var position) ? position : default).Where(p => p != default)];
    }
}
