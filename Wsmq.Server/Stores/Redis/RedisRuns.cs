using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Runs as one hash for the deployment.</summary>
internal sealed class RedisRuns(RedisConnections connections, RedisKeys keys) : IRunStore
{
    public async Task<StoredRuns> ListAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.RunList, [keys.Runs], [], cancellationToken))!;
        var texts = (string[])reply[1]!;
        return new StoredRuns(
            RedisReplies.Position(reply[0]).Value, texts.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal));
    }

    public async Task<StoredRun> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.RunRead, [keys.Runs], [id], cancellationToken))!;
        return new StoredRun(RedisReplies.Position(reply[0]).Value, (string?)reply[1]);
    }

    public async Task<bool> ReplaceAsync(string id, string? before, string? after, CancellationToken cancellationToken) =>
        (bool)await connections.EvaluateAsync(RedisScript.RunReplace, [keys.Runs], [id, before ?? "", after ?? ""], cancellationToken);
}
