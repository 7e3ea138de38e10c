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

    public async Task<BatchReply> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        var logs = new LogGroups(batch, keys);
        var reply = await logs.RunAsync(
            connections, RedisScript.Append, KeysOf(lane, logs), buffer => ValuesOf(lane, batch, logs, buffer, number, after),
            cancellationToken);
        return new BatchReply(logs.ResultsOf(reply, ResultOf));
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
                (values[at], values[at + batch.Count]) = logs.Write(j, i, ref buffer);
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

    private static AppendResult ResultOf(ReadOnlySpan<byte> result) => result[0] switch
    {
        (byte)'R' => AppendResult.NoAddress,
        not (byte)'X' when RedisReplies.TryPosition(result[1..], out var position) =>
            new AppendResult(position, result[0] == (byte)'D') { Created = result[0] == (byte)'C' },
        _ => AppendResult.Corrupt,
    };
}
