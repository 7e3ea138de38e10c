using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>What a node composes for a group of addresses of a batch, see journal.lua: stored once, and sent to the nodes as it is.</summary>
internal static class JournalBlob
{
    /// <summary>The number of a batch as the scripts expect it.</summary>
    public static string NumberOf(long batch) => batch.ToString("D12", CultureInfo.InvariantCulture);

    /// <summary>What names an entry of the journal.</summary>
    public static string EntryOf(string node, long batch, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"{node}{batch:D12}{group:D4}");

    public static int LengthOf(LogGroups logs, int first, int count)
    {
        var length = JournalFormat.RecordsStart + (count * JournalFormat.RecordLength);
        for (var j = first; j < first + count; j++)
            length += NameOf(logs, j).Length + logs.BytesOf(j);
        return length;
    }

    /// <summary>Writes the blob of some neighbouring logs.</summary>
    /// <param name="to">Has exactly <see cref="LengthOf"/> bytes.</param>
    /// <param name="entry">What names the entry.</param>
    /// <param name="logs">The logs of the batch.</param>
    /// <param name="first">The first log.</param>
    /// <param name="count">The number of logs.</param>
    public static void Write(Span<byte> to, string entry, LogGroups logs, int first, int count)
    {
        to[0] = (byte)'B';
        Encoding.ASCII.GetBytes(entry, to[1..]);
        BinaryPrimitives.WriteInt32BigEndian(to[(JournalFormat.RecordsStart - sizeof(int))..], count);
        var record = JournalFormat.RecordsStart;
        var name = record + (count * JournalFormat.RecordLength);
        var content = name;
        for (var j = first; j < first + count; j++)
            content += NameOf(logs, j).Length;
        for (var j = first; j < first + count; j++)
        {
            var text = NameOf(logs, j);
            var length = logs.BytesOf(j);
            BinaryPrimitives.WriteInt32BigEndian(to[record..], content);
            BinaryPrimitives.WriteInt32BigEndian(to[(record + sizeof(int))..], length);
            BinaryPrimitives.WriteUInt16BigEndian(to[(record + (2 * sizeof(int)))..], (ushort)text.Length);
            record += JournalFormat.RecordLength;
            text.CopyTo(to[name..]);
            name += text.Length;
            logs.WriteContents(j, to.Slice(content, length));
            content += length;
        }
    }

    // Without its length.
    private static ReadOnlySpan<byte> NameOf(LogGroups logs, int log) => logs.Keys(log).Name.AsSpan(sizeof(ushort));
}
