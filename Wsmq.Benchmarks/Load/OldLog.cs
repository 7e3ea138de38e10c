using System.Buffers.Binary;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>A log of 100,000 messages that are older than retention allows, written to Redis without a node: only time makes such a log.</summary>
internal static class OldLog
{
    public const int Messages = 100_000;

    // Each read removes some 10,000 messages.
    private const int Reads = 12;
    private const int AtOnce = 5_000;
    private const int ContentBytes = 200;
    private const int LengthBytes = 8;
    private static readonly TimeSpan Age = TimeSpan.FromDays(8);

    private const string Fill = """
        local before = ARGV[1]
        for i = 1, tonumber(ARGV[2]) do
          local at = string.format('%016.0f', tonumber(before) + 1)
          redis.call('XADD', KEYS[1], at, 'p', before, 'e', ARGV[3])
          before = at
        end
        redis.call('HSET', KEYS[2], 't', before)
        return before
        """;

    public static async Task FillAsync(RedisServer redis, string user, CancellationToken cancellationToken)
    {
        var options = new WsmqRedisOptions();
        var keys = new RedisKeys(options.KeyPrefix, WsmqRedisOptions.UsualBuckets).Of(WsmqAddress.User(user));
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint);
        var content = new byte[ContentBytes];
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(sizeof(int)), ContentBytes - LengthBytes);
        var from = (DateTimeOffset.UtcNow - Age).ToUnixTimeMilliseconds() * 1000;
        RedisValue before = from.ToString("D16", CultureInfo.InvariantCulture);
        for (var i = 0; i < Messages; i += AtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            before = (RedisValue)await connection.GetDatabase().ScriptEvaluateAsync(Fill, [keys.Log, keys.Meta], [before, AtOnce, content]);
        }
    }

    /// <summary>Reads the log as its user, until all of its messages are removed.</summary>
    public static async Task TrimAsync(Uri node, string api, string user)
    {
        using var http = new HttpClient();
        for (var i = 0; i < Reads; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{api}/logs/user:{user}?max=1&{QueryAuthentication.Parameter}={user}");
            using var answer = await http.GetAsync(new Uri(node, path));
            answer.EnsureSuccessStatusCode();
        }
    }
}
