using System.Buffers;
using System.Buffers.Binary;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// The items of a batch grouped by address, in order within each: a script reads and writes the state of a log or queue once.
/// </summary>
internal sealed class LogGroups
{
    private const int CountBytes = 2;

    // Each item of a log is compared with each other one.
    private const int MostCompared = 16;

    // A letter, and a position.
    private const int ResultBytes = 1 + WsmqPosition.Length;

    private readonly List<OneLog> _logs = [];
    private readonly IReadOnlyList<AppendRequest> _batch;

    public LogGroups(IReadOnlyList<AppendRequest> batch, RedisKeys keys)
    {
        _batch = batch;
        var places = new Dictionary<WsmqAddress, OneLog>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!places.TryGetValue(batch[i].To, out var log))
            {
                places.Add(batch[i].To, log = new OneLog(keys.Of(batch[i].To)));
                _logs.Add(log);
            }

            log.Add(i, RedisContent.LengthOf(batch[i]), batch[i].Delay is not null || batch[i].Log is not null);
        }
    }

    /// <summary>Parses the result of one item.</summary>
    public delegate AppendResult ResultParser(ReadOnlySpan<byte> result);

    public int Count => _logs.Count;

    private int Size
    {
        get
        {
            var size = CountBytes * Count;
            foreach (var log in _logs)
                size += log.Bytes + (log.Items.Count * RedisMessageId.Length);
            return size;
        }
    }

    /// <summary>Whether a message with an id may be in the batch twice.</summary>
    public bool MayRepeat
    {
        get
        {
            foreach (var log in _logs)
            {
                if (Repeats(log.Items))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether a message has a delay, or had one, is state or expects a tail.</summary>
    public bool HasTerms => _logs.Exists(log => log.HasTerms);

    public LogKeys Keys(int log) => _logs[log].Keys;

    public List<int> Items(int log) => _logs[log].Items;

    /// <summary>The items of all logs, in the order in which they are sent.</summary>
    public IEnumerable<int> InOrder => _logs.SelectMany(log => log.Items);

    /// <summary>The bytes of the contents of a log.</summary>
    public int BytesOf(int log) => _logs[log].Bytes;

    /// <summary>The readers of a log that was chosen to go into a journal; null for the others.</summary>
    public string? Readers(int log) => _logs[log].Readers;

    /// <summary>Chooses the logs that can go into a journal, and puts them first, those with the same readers together.</summary>
    /// <param name="largest">The largest content that may go into a journal, in bytes.</param>
    public void ChooseForJournal(int largest)
    {
        foreach (var log in _logs)
            log.Readers = log.Largest <= largest && !log.HasTerms ? log.Keys.Readers : null;
        _logs.Sort(static (a, b) => a.Readers is null || b.Readers is null
            ? (a.Readers is null).CompareTo(b.Readers is null)
            : string.CompareOrdinal(a.Readers, b.Readers));
    }

    /// <summary>Runs a script. Starts to send before it returns its task.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="values">Makes its values: gets a buffer for <see cref="Counts"/> and for <see cref="Write"/> of each item.</param>
    /// <param name="cancellationToken">Cancels the wait, not the call.</param>
    /// <param name="more">Further bytes that the values need.</param>
    public async Task<RedisResult> RunAsync(
        RedisConnections connections, string script, RedisKey[] keys, Func<Memory<byte>, RedisValue[]> values,
        CancellationToken cancellationToken, int more = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var buffer = ArrayPool<byte>.Shared.Rent(Size + more);

        // After a SCRIPT FLUSH the driver sends the call again, after calls sent in the meantime; the batch numbers prevent reordering.
        var reply = await connections.EvaluateAsync(script, keys, values(buffer), cancellationToken);

        // Not in a finally block: a failed call may still be queued in the driver and reference the buffer.
        ArrayPool<byte>.Shared.Return(buffer);
        return reply;
    }

    /// <summary>The number of items of each group.</summary>
    public Memory<byte> Counts(ref Memory<byte> buffer)
    {
        var counts = Take(ref buffer, CountBytes * Count);
        for (var j = 0; j < Count; j++)
            BinaryPrimitives.WriteUInt16BigEndian(counts.Span[(CountBytes * j)..], (ushort)Items(j).Count);
        return counts;
    }

    /// <summary>The message id and the content of an item.</summary>
    public (Memory<byte> Id, Memory<byte> Content) Write(int log, int item, ref Memory<byte> buffer) =>
        (WriteId(log, item, ref buffer), WriteContent(item, ref buffer));

    public Memory<byte> WriteId(int log, int item, ref Memory<byte> buffer)
    {
        var id = Take(ref buffer, RedisMessageId.Length);
        RedisMessageId.Write(_batch[item], Keys(log).Name, id.Span);
        return id;
    }

    public Memory<byte> WriteContent(int item, ref Memory<byte> buffer)
    {
        var content = Take(ref buffer, RedisContent.LengthOf(_batch[item]));
        RedisContent.Write(_batch[item], content.Span);
        return content;
    }

    /// <summary>Writes all contents of a log, one after another.</summary>
    public void WriteContents(int log, Span<byte> to)
    {
        foreach (var item in Items(log))
        {
            RedisContent.Write(_batch[item], to);
            to = to[RedisContent.LengthOf(_batch[item])..];
        }
    }

    /// <summary>Parses the results: one for each item, in the order of the groups.</summary>
    public AppendResult[] ResultsOf(RedisResult reply, ResultParser parse)
    {
        ReadOnlySpan<byte> text = (byte[])reply!;
        var results = new AppendResult[text.Length / ResultBytes];
        for (var j = 0; j < Count; j++)
            text = ReadResults(j, text, results, parse);
        return results;
    }

    /// <summary>Parses the results of the items of one log, at the start of a text. Returns the rest of the text.</summary>
    public ReadOnlySpan<byte> ReadResults(int log, ReadOnlySpan<byte> text, AppendResult[] results, ResultParser parse)
    {
        foreach (var i in Items(log))
        {
            results[i] = parse(text[..ResultBytes]);
            text = text[ResultBytes..];
        }

        return text;
    }

    public static Memory<byte> Take(ref Memory<byte> buffer, int length)
    {
        var taken = buffer[..length];
        buffer = buffer[length..];
        return taken;
    }

    // Those with numbers do not count.
    private bool Repeats(List<int> items)
    {
        if (items.Count > MostCompared)
        {
            var ids = new HashSet<(string?, string)>();
            return items.Exists(i => _batch[i].Number is null && !ids.Add((_batch[i].Sender, _batch[i].Id)));
        }

        for (var a = 1; a < items.Count; a++)
        {
            for (var b = 0; b < a && _batch[items[a]].Number is null; b++)
            {
                if (_batch[items[a]].Id == _batch[items[b]].Id && _batch[items[a]].Sender == _batch[items[b]].Sender)
                    return true;
            }
        }

        return false;
    }

    private sealed class OneLog(LogKeys keys)
    {
        public LogKeys Keys => keys;

        public List<int> Items { get; } = [];

        public int Bytes { get; private set; }

        public int Largest { get; private set; }

        public string? Readers { get; set; }

        public bool HasTerms { get; private set; }

        public void Add(int item, int bytes, bool hasTerms)
        {
            HasTerms |= hasTerms;
            Items.Add(item);
            Bytes += bytes;
            Largest = Math.Max(Largest, bytes);
        }
    }
}
