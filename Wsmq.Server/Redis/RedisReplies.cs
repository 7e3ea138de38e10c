using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis;

/// <summary>Reads what the scripts return.</summary>
internal static class RedisReplies
{
    public static Position Position(RedisResult reply) => Wsmq.Position.Parse((string?)reply);

    /// <summary>Tail, removed, consumed, membership version.</summary>
    public static LogState State(ReadOnlySpan<RedisResult> reply) =>
        new(Position(reply[0]), Position(reply[1]), Position(reply[2]), long.Parse((string)reply[3]!, CultureInfo.InvariantCulture));

    /// <summary>An entry as XRANGE gives it: its ID <c>position-0</c>, and p, m and b with their values.</summary>
    public static LogEntry Entry(RedisResult reply)
    {
        var parts = (RedisResult[])reply!;
        var id = ((string)parts[0]!).Split('-')[0];
        var fields = (RedisResult[])parts[1]!;
        return new LogEntry(
            new Position(long.Parse(id, CultureInfo.InvariantCulture)), Position(fields[1]), (byte[])fields[3]!, (byte[])fields[5]!);
    }
}
