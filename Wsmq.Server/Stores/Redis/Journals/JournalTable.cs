using System.Buffers.Binary;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>Reads the addresses of a blob, and where in the blob their contents are.</summary>
internal ref struct JournalTable
{
    private readonly ReadOnlySpan<byte> _blob;
    private readonly int _count;
    private int _next;
    private int _name;

    /// <param name="blob">A blob; one that is malformed has no addresses.</param>
    public JournalTable(ReadOnlySpan<byte> blob)
    {
        _blob = blob;
        if (blob.Length < JournalFormat.RecordsStart)
            return;
        var count = BinaryPrimitives.ReadInt32BigEndian(blob[(JournalFormat.RecordsStart - sizeof(int))..]);
        if (count is < 0 or > JournalFormat.MostAddresses || JournalFormat.RecordsStart + (count * JournalFormat.RecordLength) > blob.Length)
            return;
        (_count, _name) = (count, JournalFormat.RecordsStart + (count * JournalFormat.RecordLength));
    }

    /// <summary>Reads the next address. Returns false at the end, and if the rest is malformed.</summary>
    /// <param name="name">The address in UTF-8.</param>
    /// <param name="contents">Where its contents are in the blob.</param>
    public bool TryRead(out ReadOnlySpan<byte> name, out Range contents)
    {
        name = default;
        contents = default;
        if (_next == _count)
            return false;
        var record = _blob[(JournalFormat.RecordsStart + (_next * JournalFormat.RecordLength))..];
        var (at, bytes) = (BinaryPrimitives.ReadInt32BigEndian(record), BinaryPrimitives.ReadInt32BigEndian(record[sizeof(int)..]));
        var length = BinaryPrimitives.ReadUInt16BigEndian(record[(2 * sizeof(int))..]);
        if (at < 0 || bytes < 0 || (long)at + bytes > _blob.Length || _name + length > _blob.Length)
            return false;
        name = _blob.Slice(_name, length);
        contents = at..(at + bytes);
        _name += length;
        _next++;
        return true;
    }
}
