using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>The part of a batch that can go into the journal: its first logs, in groups.</summary>
internal sealed class JournalGroups
{
    /// <summary>Readers and blob.</summary>
    public const int ValuesOfAGroup = 2;

    // A blob is one message on a channel, and one value in Redis.
    private const int MostBytes = 256 * 1024;
    private const int SizeBytes = 2;

    // Shared by all batches: 0000, 0001 and so on, which a script takes apart sooner than it would format numbers.
    private static byte[] _numbers = [];

    private readonly LogGroups _logs;
    private readonly List<JournalGroup> _groups = [];

    /// <summary>Puts the logs that can go into a journal first, and makes groups of them.</summary>
    /// <param name="logs">The logs of the batch.</param>
    /// <param name="largest">The largest message that may go into a journal, in bytes; null if none may.</param>
    public JournalGroups(LogGroups logs, int? largest)
    {
        _logs = logs;
        if (largest is null)
            return;
        logs.ChooseForJournal(largest.Value);
        for (var first = 0; first < logs.Count && logs.Readers(first) is { } readers; first = LogCount)
        {
            var (count, bytes) = (0, 0);
            while (first + count < logs.Count && logs.Readers(first + count) == readers
                && count < JournalFormat.MostAddresses && (count == 0 || bytes + logs.BytesOf(first + count) <= MostBytes))
            {
                bytes += logs.BytesOf(first + count++);
            }

            Add(new JournalGroup(readers, first, count, JournalBlob.LengthOf(logs, first, count)));
        }
    }

    public int Count => _groups.Count;

    /// <summary>The number of logs in groups.</summary>
    public int LogCount { get; private set; }

    /// <summary>The number of items of these logs.</summary>
    public int ItemCount { get; private set; }

    /// <summary>The bytes of all blobs.</summary>
    public long BlobBytes { get; private set; }

    public IEnumerable<LogKeys> Logs => Enumerable.Range(0, LogCount).Select(_logs.Keys);

    /// <summary>The numbers of the addresses of the largest group.</summary>
    public ReadOnlyMemory<byte> Numbers
    {
        get
        {
            var length = _groups.Count == 0 ? 0 : _groups.Max(g => g.Count) * JournalFormat.NumberLength;
            if (_numbers.Length < length)
                _numbers = [.. Enumerable.Range(0, JournalFormat.MostAddresses).SelectMany(i => Encoding.ASCII.GetBytes(i.ToString("D4", CultureInfo.InvariantCulture)))];
            return _numbers.AsMemory(0, length);
        }
    }

    /// <summary>The length of a buffer for <see cref="Write"/>.</summary>
    public int BufferBytes { get; private set; }

    /// <summary>Writes readers and blob of each group. Returns the number of logs of each, and the keys of all logs, as append.lua expects.</summary>
    public (Memory<byte> Sizes, Memory<byte> Keys) Write(Span<RedisValue> values, ref Memory<byte> buffer, string node, long number)
    {
        var sizes = LogGroups.Take(ref buffer, SizeBytes * Count);
        for (var g = 0; g < Count; g++)
        {
            var (readers, first, count, bytes) = _groups[g];
            BinaryPrimitives.WriteUInt16BigEndian(sizes.Span[(SizeBytes * g)..], (ushort)count);
            var blob = LogGroups.Take(ref buffer, bytes);
            JournalBlob.Write(blob.Span, JournalBlob.EntryOf(node, number, g + 1), _logs, first, count);
            (values[ValuesOfAGroup * g], values[(ValuesOfAGroup * g) + 1]) = (readers, blob);
        }

        var keys = buffer;
        foreach (var log in Logs)
            log.PairText.CopyTo(LogGroups.Take(ref buffer, log.PairText.Length));
        return (sizes, keys[..^buffer.Length]);
    }

    private void Add(JournalGroup group)
    {
        _groups.Add(group);
        BlobBytes += group.Bytes;
        BufferBytes += SizeBytes + group.Bytes;
        for (var j = group.First; j < group.First + group.Count; j++)
        {
            ItemCount += _logs.Items(j).Count;
            BufferBytes += _logs.Keys(j).PairText.Length;
        }

        LogCount += group.Count;
    }
}
