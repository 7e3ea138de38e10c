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

    // A letter, and a position.
    private const int ResultBytes = 1 + WsmqPosition.Length;

    private readonly List<(LogKeys Keys, List<int> Items)> _logs = [];
    private readonly IReadOnlyList<AppendRequest> _batch;

    public LogGroups(IReadOnlyList<AppendRequest> batch, RedisKeys keys)
    {
        _batch = batch;
        var places = new Dictionary<WsmqAddress, List<int>>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!places.TryGetValue(batch[i].To, out var items))
            {
                places.Add(batch[i].To, items = []);
                _logs.Add((keys.Of(batch[i].To), items));
            }

            items.Add(i);
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
            for (var i = 0; i < _batch.Count; i++)
                size += RedisMessageId.Length + RedisContent.LengthOf(_batch[i]);
            return size;
        }
    }

    public LogKeys Keys(int log) => _logs[log].Keys;

    public List<int> Items(int log) => _logs[log].Items;

    /// <summary>Runs a script. Starts to send before it returns its task.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="values">Makes its values: gets a buffer for <see cref="Counts"/> and for <see cref="Write"/> of each item.</param>
    /// <param name="cancellationToken">Cancels the wait, not the call.</param>
    public async Task<RedisResult> RunAsync(
        RedisConnections connections, string script, RedisKey[] keys, Func<Memory<byte>, RedisValue[]> values,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var buffer = ArrayPool<byte>.Shared.Rent(Size);

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
    public (Memory<byte> Id, Memory<byte> Content) Write(int log, int item, ref Memory<byte> buffer)
    {
        var id = Take(ref buffer, RedisMessageId.Length);
        var content = Take(ref buffer, RedisContent.LengthOf(_batch[item]));
        RedisMessageId.Write(_batch[item], Keys(log).Name, id.Span);
        RedisContent.Write(_batch[item], content.Span);
        return (id, content);
    }

    /// <summary>Parses the results: one for each item, in the order of the groups.</summary>
    public AppendResult[] ResultsOf(RedisResult reply, ResultParser parse)
    {
        ReadOnlySpan<byte> text = (byte[])reply!;
        var results = new AppendResult[text.Length / ResultBytes];
        foreach (var (_, items) in _logs)
        {
            foreach (var i in items)
            {
                results[i] = parse(text[..ResultBytes]);
                text = text[ResultBytes..];
            }
        }

        return results;
    }

    private static Memory<byte> Take(ref Memory<byte> buffer, int length)
    {
        var taken = buffer[..length];
        buffer = buffer[length..];
        return taken;
    }
}
