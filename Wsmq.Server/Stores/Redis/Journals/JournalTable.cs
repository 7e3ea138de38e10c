using System.Buffers.Binary;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>Reads the table of a blob: the addresses of a group, and where in the blob their contents are.</summary>
internal ref struct JournalTable(ReadOnlySpan<byte> table)
{
    private ReadOnlySpan<byte> _rest = table;

    /// <summary>Reads the next address. Returns false at the end, and if the rest is malformed.</summary>
    /// <param name="name">The address in UTF-8.</param>
    /// <param name="contents">Where its contents are in the blob.</param>
    public bool TryRead(out ReadOnlySpan<byte> name, out Range contents)
    {
        name = default;
        contents = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out var length) || _rest.Length < sizeof(ushort) + length + JournalFormat.PlaceLength)
            return false;
        name = _rest.Slice(sizeof(ushort), length);
        var place = _rest[(sizeof(ushort) + length)..];
        var (at, bytes) = (BinaryPrimitives.ReadInt32BigEndian(place), BinaryPrimitives.ReadInt32BigEndian(place[sizeof(int)..]));
        if (at < 0 || bytes < 0 || (long)at + bytes > int.MaxValue)
            return false;
        contents = at..(at + bytes);
        _rest = place[JournalFormat.PlaceLength..];
        return true;
    }
}
