using System.Buffers;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>One call of append.lua: builds its keys and arguments, and parses its reply.</summary>
internal sealed class AppendScript(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, WsmqRedisOptions redisOptions) : IBatchScript
{
    private const int FixedKeys = 5;
    private const int FixedValues = 16;
    private const int ValuesOfAKind = 3;

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
        var size = LogGroups.CountBytes * logs.Count;
        for (var i = 0; i < batch.Count; i++)
            size += RedisMessageId.Length + RedisContent.LengthOf(batch[i]);
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
        for (var kind = WsmqAddressKind.User; kind <= WsmqAddressKind.Group; kind++)
        {
            var rule = options.Retention.For(kind);
            var first = 8 + (ValuesOfAKind * (int)kind);
            (values[first], values[first + 1], values[first + 2]) = (rule.MaxCount, rule.MaxAge.Micros(), rule.MaxBytes);
        }

        values[FixedValues - 2] = Barred(batch, logs);

        values[FixedValues - 1] = logs.Counts(ref buffer);
        for (var j = 0; j < logs.Count; j++)
            values[FixedValues + j] = logs.Keys(j).Name;

        var at = FixedValues + logs.Count;
        for (var j = 0; j < logs.Count; j++)
        {
            foreach (var i in logs.Items(j))
            {
                var item = batch[i];
                var id = LogGroups.Take(ref buffer, RedisMessageId.Length);
                var content = LogGroups.Take(ref buffer, RedisContent.LengthOf(item));
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
}
