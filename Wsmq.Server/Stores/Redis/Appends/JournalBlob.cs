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

    public static string LinkOf(string node, long batch, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"{node}{batch:D12}{group:D4}");

    public static int LengthOf(LogGroups logs, int first, int count)
    {
        var length = JournalFormat.TableStart;
        for (var j = first; j < first + count; j++)
            length += logs.Keys(j).Name.Length + JournalFormat.PlaceLength + logs.BytesOf(j);
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
        var (at, content) = (JournalFormat.TableStart, JournalFormat.TableStart);
        for (var j = first; j < first + count; j++)
            content += logs.Keys(j).Name.Length + JournalFormat.PlaceLength;
        BinaryPrimitives.WriteInt32BigEndian(to[(JournalFormat.TableStart - sizeof(int))..], content - JournalFormat.TableStart);
        for (var j = first; j < first + count; j++)
        {
            var (name, length) = (logs.Keys(j).Name, logs.BytesOf(j));
            name.CopyTo(to[at..]);
            at += name.Length;
            BinaryPrimitives.WriteInt32BigEndian(to[at..], content);
            BinaryPrimitives.WriteInt32BigEndian(to[(at + 4)..], length);
            BinaryPrimitives.WriteUInt16BigEndian(to[(at + 8)..], (ushort)(j - first));
            at += JournalFormat.PlaceLength;
            logs.WriteContents(j, to.Slice(content, length));
            content += length;
        }
    }
}
