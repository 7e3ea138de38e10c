using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>What a node composes for a group of addresses of a batch, see journal.lua: stored once, and sent to the nodes as it is.</summary>
internal static class JournalBlob
{
    /// <summary>The id of the node, the number of the batch, and that of the group.</summary>
    public const int LinkLength = 8 + NumberLength + GroupLength;

    /// <summary>B, the link, and the length of the table.</summary>
    public const int TableStart = 1 + LinkLength + sizeof(int);

    /// <summary>After the name of an address in the table: place and length of its contents, and its number.</summary>
    public const int PlaceLength = sizeof(int) + sizeof(int) + sizeof(ushort);

    private const int NumberLength = 12;
    private const int GroupLength = 4;

    /// <summary>The number of a batch as the scripts expect it.</summary>
    public static string NumberOf(long batch) => batch.ToString("D12", CultureInfo.InvariantCulture);

    public static string LinkOf(string node, long batch, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"{node}{batch:D12}{group:D4}");

    public static int LengthOf(LogGroups logs, int first, int count)
    {
        var length = TableStart;
        for (var j = first; j < first + count; j++)
            length += logs.Keys(j).Name.Length + PlaceLength + logs.BytesOf(j);
        return length;
    }

    /// <summary>Writes the blob of some neighbouring logs.</summary>
    /// <param name="to">Has exactly <see cref="LengthOf"/> bytes.</param>
    /// <param name="link">Node, number of the batch, number of the group.</param>
    /// <param name="logs">The logs of the batch.</param>
    /// <param name="first">The first log.</param>
    /// <param name="count">The number of logs.</param>
    public static void Write(Span<byte> to, string link, LogGroups logs, int first, int count)
    {
        to[0] = (byte)'B';
        Encoding.ASCII.GetBytes(link, to[1..]);
        var (at, content) = (TableStart, TableStart);
        for (var j = first; j < first + count; j++)
            content += logs.Keys(j).Name.Length + PlaceLength;
        BinaryPrimitives.WriteInt32BigEndian(to[(TableStart - sizeof(int))..], content - TableStart);
        for (var j = first; j < first + count; j++)
        {
            var (name, length) = (logs.Keys(j).Name, logs.BytesOf(j));
            name.CopyTo(to[at..]);
            at += name.Length;
            BinaryPrimitives.WriteInt32BigEndian(to[at..], content);
            BinaryPrimitives.WriteInt32BigEndian(to[(at + 4)..], length);
            BinaryPrimitives.WriteUInt16BigEndian(to[(at + 8)..], (ushort)(j - first));
            at += PlaceLength;
            logs.WriteContents(j, to.Slice(content, length));
            content += length;
        }
    }
}
