using System.Buffers;
using System.Buffers.Binary;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>One call of append.lua: builds its keys and arguments, and parses its reply.</summary>
internal sealed class AppendScript(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, WsmqRedisOptions redisOptions)
{
    private const int FixedKeys = 5;
    private const int FixedValues = 19;
    private const int ValuesOfAKind = 3;
    private const int CountBytes = 2;

    /// <summary>Runs the script. Starts to send before it returns its task.</summary>
    /// <param name="lane">The lane of all items.</param>
    /// <param name="batch">The items.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="after">Requirement on the server's last batch number, see <see cref="AppendFence.Before"/>.</param>
    /// <param name="cancellationToken">Cancels the wait, not the call.</param>
    public async Task<AppendResult[]> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var logs = new LogGroups(batch, keys);
        var buffer = ArrayPool<byte>.Shared.Rent(SizeOf(batch, logs));
        var scriptKeys = KeysOf(lane, logs);
        var values = ValuesOf(lane, batch, logs, buffer, number, after);

        // After a SCRIPT FLUSH the driver sends the call again, after calls sent in the meantime; the batch numbers prevent reordering.
        var reply = await connections.EvaluateAsync(RedisScript.Append, scriptKeys, values, cancellationToken);

        // Not in a finally block: a failed call may still be queued in the driver and reference the buffer.
        ArrayPool<byte>.Shared.Return(buffer);
        return ResultsOf((byte[])reply!, logs);
    }

    private static int SizeOf(IReadOnlyList<AppendRequest> batch, LogGroups logs)
    {
        var size = CountBytes * logs.Count;
        for (var i = 0; i < batch.Count; i++)
            size += RedisMessageId.Length + RedisContent.Header + batch[i].Metadata.Length + batch[i].Body.Length;
        return size;
    }

    private static RedisKey[] KeysOf(RedisLane lane, LogGroups logs)
    {
        var shared = lane.Keys;
        var result = new RedisKey[FixedKeys + (2 * logs.Count)];
        result[0] = shared.Batch;
        shared.Ids.CopyTo(result, 1);
        result[4] = shared.Spare;
        for (var j = 0; j < logs.Count; j++)
            (result[FixedKeys + (2 * j)], result[FixedKeys + (2 * j) + 1]) = (logs.Keys(j).Log, logs.Keys(j).Meta);
        return result;
    }

    private RedisValue[] ValuesOf(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, LogGroups logs, Memory<byte> buffer, long number, long after)
    {
        var values = new RedisValue[FixedValues + logs.Count + (2 * batch.Count)];
        (values[0], values[1], values[2]) = (number, after, AppendFence.Kept.WholeMilliseconds());
        (values[3], values[4]) = (options.Publish.DeduplicationWindow.Micros(), redisOptions.InlineSignalBytes);
        (values[5], values[6], values[7]) = (lanes.PublishCommand, lane.Keys.Channels, lane.Keys.Leases);
        for (var kind = WsmqAddressKind.User; kind <= WsmqAddressKind.Work; kind++)
        {
            var rule = options.Retention.For(kind);
            var first = 8 + (ValuesOfAKind * (int)kind);
            (values[first], values[first + 1], values[first + 2]) = (rule.MaxCount, rule.MaxAge.Micros(), rule.MaxBytes);
        }

        values[FixedValues - 2] = Barred(batch, logs);

        var counts = Take(ref buffer, CountBytes * logs.Count);
        values[FixedValues - 1] = counts;
        for (var j = 0; j < logs.Count; j++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(counts.Span[(CountBytes * j)..], (ushort)logs.Items(j).Count);
            values[FixedValues + j] = logs.Keys(j).Name;
        }

        var at = FixedValues + logs.Count;
        for (var j = 0; j < logs.Count; j++)
        {
            foreach (var i in logs.Items(j))
            {
                var item = batch[i];
                var id = Take(ref buffer, RedisMessageId.Length);
                var content = Take(ref buffer, RedisContent.Header + item.Metadata.Length + item.Body.Length);
                RedisMessageId.Write(item, logs.Keys(j).Name, id.Span);
                RedisContent.Write(item, content.Span);
                (values[at], values[at + batch.Count]) = (id, content);
                at++;
            }
        }

        return values;
    }

    /// <summary>Per item 1 if it may not create its address, else 0; empty if all may, the usual case.</summary>
    private static string Barred(IReadOnlyList<AppendRequest> batch, LogGroups logs)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (!batch[i].MayCreate)
                return string.Concat(Enumerable.Range(0, logs.Count).SelectMany(logs.Items).Select(item => batch[item].MayCreate ? '0' : '1'));
        }

        return string.Empty;
    }

    private static Memory<byte> Take(ref Memory<byte> buffer, int length)
    {
        var taken = buffer[..length];
        buffer = buffer[length..];
        return taken;
    }

    private static AppendResult[] ResultsOf(ReadOnlySpan<byte> reply, LogGroups logs)
    {
        var results = new AppendResult[reply.Length / (1 + WsmqPosition.Length)];
        for (var j = 0; j < logs.Count; j++)
        {
            foreach (var i in logs.Items(j))
            {
                results[i] = reply[0] switch
                {
                    (byte)'R' => AppendResult.NoAddress,
                    not (byte)'X' when RedisReplies.TryPosition(reply.Slice(1, WsmqPosition.Length), out var position) =>
                        new AppendResult(position, reply[0] == (byte)'D') { Created = reply[0] == (byte)'C' },
                    _ => AppendResult.Corrupt,
                };
                reply = reply[(1 + WsmqPosition.Length)..];
            }
        }

        return results;
    }

    /// <summary>The items of a batch grouped by log, in order within each log: the script reads and writes a log's state once.</summary>
    private sealed class LogGroups
    {
        private readonly List<(LogKeys Keys, List<int> Items)> _logs = [];

        public LogGroups(IReadOnlyList<AppendRequest> batch, RedisKeys keys)
        {
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

        public int Count => _logs.Count;

        public LogKeys Keys(int log) => _logs[log].Keys;

        public List<int> Items(int log) => _logs[log].Items;
    }
}
