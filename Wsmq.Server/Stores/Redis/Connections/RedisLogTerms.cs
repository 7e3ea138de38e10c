using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// What append.lua gets before the content of a message that expects a tail, is state, has a time to live, or is tracked; see state.lua.
/// </summary>
internal static class RedisLogTerms
{
    // Whether it removes, and two numbers of ten digits.
    private const int FlagsLength = 21;

    // The time to live, and how long the record is stored.
    private const int TimesLength = 2 * WsmqPosition.Length;

    // The times, and two numbers of ten digits.
    private const int TrackLength = TimesLength + 20;

    public static int LengthOf(in AppendRequest item) => item.Log is not { } terms ? 0
        : (terms.ExpectedTail is null ? 0 : WsmqPosition.Length)
        + (terms.StateKey is { } key ? FlagsLength + 1 + Encoding.UTF8.GetByteCount(key) : 0)
        + (terms.Track is { } track ? TrackLength + TextsOf(track).Sum(text => sizeof(ushort) + Encoding.UTF8.GetByteCount(text))
            : terms.Life > 0 ? TimesLength : 0);

    /// <summary>Writes it, and returns its length.</summary>
    public static int Write(in AppendRequest item, Span<byte> to)
    {
        if (item.Log is not { } terms)
            return 0;
        var length = 0;
        if (terms.ExpectedTail is { } tail)
            Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{tail.Value:D16}", out length);
        if (terms.StateKey is { } key)
            length += WriteState(terms, key, to[length..]);
        to = to[length..];
        return length + (terms.Track is { } track ? WriteTrack(track, terms.Life, to) : terms.Life > 0 ? WriteTimes(terms.Life, 0, to) : 0);
    }

    private static int WriteState(LogTerms terms, string key, Span<byte> to)
    {
        Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{(terms.RemovesState ? 1 : 0)}{terms.MaxStateKeys:D10}{terms.MaxStateBytes:D10}", out _);
        var bytes = Encoding.UTF8.GetBytes(key, to[(FlagsLength + 1)..]);
        to[FlagsLength] = (byte)bytes;
        return FlagsLength + 1 + bytes;
    }

    // Without a record it is not stored.
    private static int WriteTimes(long life, long retention, Span<byte> to)
    {
        Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{life:D16}{retention:D16}", out var length);
        return length;
    }

    private static int WriteTrack(TrackTerms track, long life, Span<byte> to)
    {
        var length = WriteTimes(life, track.Retention, to);
        Utf8.TryWrite(to[length..], CultureInfo.InvariantCulture, $"{track.MaxRecords:D10}{track.MaxReaders:D10}", out _);
        length = TrackLength;
        foreach (var text in TextsOf(track))
        {
            var bytes = Encoding.UTF8.GetBytes(text, to[(length + sizeof(ushort))..]);
            BinaryPrimitives.WriteUInt16BigEndian(to[length..], (ushort)bytes);
            length += sizeof(ushort) + bytes;
        }

        return length;
    }

    private static string[] TextsOf(TrackTerms track) => [track.Watcher ?? string.Empty, track.Sender, track.Id];
}
