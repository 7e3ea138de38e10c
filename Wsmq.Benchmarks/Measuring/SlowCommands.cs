using System.Globalization;
using StackExchange.Redis;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>The commands and scripts that held a Redis for a millisecond or longer: nobody else is served meanwhile.</summary>
internal static class SlowCommands
{
    private const int Micros = 1_000;
    private const int Most = 1_000;

    public static async Task BeginAsync(RedisServer redis)
    {
        await redis.ExpectOkAsync(string.Create(CultureInfo.InvariantCulture, $"CONFIG SET slowlog-log-slower-than {Micros} slowlog-max-len {Most}"));
        await redis.ExpectOkAsync("SLOWLOG RESET");
    }

    /// <summary>How many there were, and how long the longest took.</summary>
    public static async Task<string> EndAsync(RedisServer redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint + ",allowAdmin=true");
        var slow = await connection.GetServer(redis.EndPoint).SlowlogGetAsync(Most);
        var longest = slow.MaxBy(s => s.Duration);
        return longest is null
            ? "no command took a millisecond in Redis"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{slow.Length} commands took a millisecond or longer in Redis, {longest.Duration.TotalMilliseconds:F1} ms the longest, {NameOf(longest)}");
    }

    // A script says in its first line what it does.
    private static string NameOf(CommandTrace command) =>
        string.Join(' ', command.Arguments.Take(2).Select(a => ((string?)a ?? "").Split('\n')[0]));
}
