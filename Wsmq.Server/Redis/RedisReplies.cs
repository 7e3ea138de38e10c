using System.Buffers.Text;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis;

/// <summary>Reads what the scripts return.</summary>
internal static class RedisReplies
{
    public static Position Position(RedisResult reply) => Position((byte[])reply!);

    public static Position Position(ReadOnlySpan<byte> digits) =>
        TryPosition(digits, out var position) ? position : throw new WsmqException(WsmqErrors.InvalidPosition);

    public static bool TryPosition(ReadOnlySpan<byte> digits, out Position position)
    {
        position = default;
        if (digits.Length != Wsmq.Position.Length || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(digits, out long value, out _) || value > Wsmq.Position.MaxValue)
        {
            return false;
        }

        position = new Position(value);
        return true;
    }

    /// <summary>A cursor, and behind it what fail.lua has counted: <c>:position:reported:silent</c>.</summary>
    public static OpenCursor Cursor(RedisResult reply)
    {
        var text = (string)reply!;
        var parts = text.Split(':');
        return parts.Length == 4
            ? new OpenCursor(Wsmq.Position.Parse(parts[0]), Wsmq.Position.Parse(parts[1]), int.Parse(parts[3], CultureInfo.InvariantCulture))
            : new OpenCursor(Wsmq.Position.Parse(text));
    }

    /// <summary>Tail, removed, consumed, membership version.</summary>
    public static LogState State(ReadOnlySpan<RedisResult> reply) =>
        new(Position(reply[0]), Position(reply[1]), Position(reply[2]), long.Parse((string)reply[3]!, CultureInfo.InvariantCulture));

    /// <summary>An entry as XRANGE gives it: its ID <c>position-0</c>, and p and e with their values.</summary>
    public static LogEntry Entry(RedisResult reply)
    {
        var parts = (RedisResult[])reply!;
        var fields = (RedisResult[])parts[1]!;
        if (!Utf8Parser.TryParse((byte[])parts[0]!, out long position, out _)
            || !RedisContent.TryRead((byte[])fields[3]!, out var metadata, out var body, out _))
        {
            throw new InvalidDataException("An entry in Redis is not of this program's making.");
        }

        return new LogEntry(new Position(position), Position(fields[1]), metadata, body);
    }
}
