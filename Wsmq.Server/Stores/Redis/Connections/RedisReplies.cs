using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>Parses the replies of the scripts.</summary>
internal static class RedisReplies
{
    public static WsmqPosition Position(RedisResult reply) => Position((byte[])reply!);

    public static WsmqPosition Position(ReadOnlySpan<byte> digits) =>
        TryPosition(digits, out var position) ? position : throw new WsmqException(WsmqErrors.StoreCorrupt, "invalid position");

    public static bool TryPosition(ReadOnlySpan<byte> digits, out WsmqPosition position)
    {
        position = default;
        if (digits.Length != Wsmq.WsmqPosition.Length || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(digits, out long value, out _) || value > Wsmq.WsmqPosition.MaxValue)
        {
            return false;
        }

        position = new WsmqPosition(value);
        return true;
    }

    // At the end of the value of a reader that has not acknowledged anything, see open_user.lua.
    private const string NewReader = ":new";

    /// <summary>A cursor, followed by the failed attempts that nack.lua has counted: <c>:position:reported:silent</c>.</summary>
    public static OpenCursor Cursor(RedisResult reply)
    {
        var parts = PartsOf((string)reply!, out var isNew);
        if (!Wsmq.WsmqPosition.TryParse(parts[0], out var cursor))
            throw new WsmqException(WsmqErrors.StoreCorrupt, "invalid position");

        // Corrupt data after the cursor is ignored.
        return parts.Length == 4 && Wsmq.WsmqPosition.TryParse(parts[1], out var failed)
            && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var silent)
                ? new OpenCursor(cursor, failed, silent) { IsNew = isNew }
                : new OpenCursor(cursor) { IsNew = isNew };
    }

    /// <summary>The state of a reader of a log: its cursor, of a user's own device when it was last seen, and failed attempts.</summary>
    public static LogReaderState Reader(string user, string? device, string value, bool isOwn)
    {
        var parts = PartsOf(value, out _);
        var counts = isOwn ? 2 : 1;
        var failed = parts.Length == counts + 3 && Wsmq.WsmqPosition.TryParse(parts[counts], out var failing) ? failing : default;
        return new LogReaderState(
            user, device, PositionOr(parts[0]), isOwn && parts.Length > 1 ? PositionOr(parts[1]).Value : 0)
        {
            Failing = failed,
            Attempts = failed == default ? 0 : parts[^2..].Sum(count => int.TryParse(count, CultureInfo.InvariantCulture, out var n) ? n : 0),
        };
    }

    private static string[] PartsOf(string reader, out bool isNew)
    {
        isNew = reader.EndsWith(NewReader, StringComparison.Ordinal);
        return (isNew ? reader[..^NewReader.Length] : reader).Split(':');
    }

    // A corrupt value of one reader must not hide the others.
    private static WsmqPosition PositionOr(string text) => Wsmq.WsmqPosition.TryParse(text, out var position) ? position : default;

    /// <summary>The beginning of a content, as beginnings.lua cuts it; null if it is malformed.</summary>
    /// <param name="position">The position of the entry.</param>
    /// <param name="size">The size of the whole content.</param>
    /// <param name="content">Its beginning.</param>
    public static EntryHead? Head(WsmqPosition position, long size, ReadOnlyMemory<byte> content)
    {
        if (content.Length < RedisContent.Header)
            return null;
        var metadata = BinaryPrimitives.ReadInt32BigEndian(content.Span);
        var body = BinaryPrimitives.ReadInt32BigEndian(content.Span[4..]);
        return metadata < 0 || body < 0 || RedisContent.Header + (long)metadata + body != size || RedisContent.Header + metadata > content.Length
            ? null
            : new EntryHead(position, content.Slice(RedisContent.Header, metadata), content[(RedisContent.Header + metadata)..], body);
    }

    /// <summary>Tail, removed, consumed, membership version; null if they are corrupt.</summary>
    public static LogState? State(ReadOnlySpan<RedisResult> reply) =>
        TryPosition((byte[])reply[0]!, out var tail) && TryPosition((byte[])reply[1]!, out var removed)
        && TryPosition((byte[])reply[2]!, out var consumed)
        && long.TryParse((string?)reply[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var version)
            ? new LogState(tail, removed, consumed, version)
            : null;

    /// <summary>
    /// An entry as read.lua returns it: its ID <c>position-0</c>, and p and e with their values, or g if it was removed. None of its positions is
    /// past the tail of its log.
    /// </summary>
    public static LogEntry Entry(RedisResult reply)
    {
        var parts = (RedisResult[])reply!;
        var (id, fields) = ((byte[])parts[0]!, (RedisResult[])parts[1]!);
        var isNumber = Utf8Parser.TryParse(id, out long number, out var digits);
        var position = new WsmqPosition(number);
        if (isNumber && fields.Length == 2 && TryPosition((byte[])fields[1]!, out var after) && after < position)
            return LogEntry.Gone(after, position);
        if (!isNumber || !id.AsSpan(digits).SequenceEqual("-0"u8) || fields.Length != 4)
            return LogEntry.Defective(position, "it has unexpected fields or a malformed ID");
        if (!TryPosition((byte[])fields[1]!, out var previous) || previous >= position)
            return LogEntry.Defective(position, "its previous position is invalid");
        return RedisContent.TryRead((byte[])fields[3]!, out var metadata, out var body, out var length)
            && length == ((byte[])fields[3]!).Length
                ? new LogEntry(position, previous, metadata, body)
                : LogEntry.Defective(position, "its lengths do not match its content");
    }
}
