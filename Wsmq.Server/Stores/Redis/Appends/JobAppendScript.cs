using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>One call of job_append.lua: builds its keys and arguments, and parses its reply.</summary>
internal sealed class JobAppendScript(RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options) : IBatchScript
{
    private const int FixedValues = 8;
    private const int ValuesOfAQueue = 3;
    private const int ValuesOfAnItem = 3;

    public Task<AppendResult[]> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        var queues = new LogGroups(batch, keys);
        RedisKey[] scriptKeys = [lane.Keys.Batch, .. lane.Keys.Ids, .. Enumerable.Range(0, queues.Count).SelectMany(j => queues.Keys(j).Queue)];
        return queues.RunAsync(
            connections, RedisScript.JobAppend, scriptKeys, buffer => ValuesOf(lane, batch, queues, buffer, number, after), ResultOf,
            cancellationToken);
    }

    private RedisValue[] ValuesOf(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, LogGroups queues, Memory<byte> buffer, long number, long after)
    {
        var values = new RedisValue[FixedValues + (ValuesOfAQueue * queues.Count) + (ValuesOfAnItem * batch.Count)];
        (values[0], values[1], values[2]) = (number, after, AppendFence.Kept.WholeMilliseconds());
        values[3] = options.Publish.DeduplicationWindow.Micros();
        (values[4], values[5], values[6]) = (lanes.PublishCommand, lane.Keys.Channels, lane.Keys.Leases);
        values[7] = queues.Counts(ref buffer);
        var at = FixedValues + (ValuesOfAQueue * queues.Count);
        for (var j = 0; j < queues.Count; j++)
        {
            var (first, items) = (FixedValues + (ValuesOfAQueue * j), queues.Items(j));
            values[first] = queues.Keys(j).Name;
            values[first + 1] = items.Min(i => TermsOf(batch[i]).MaxWaiting);
            values[first + 2] = items.Min(i => TermsOf(batch[i]).MaxBytes);
            foreach (var i in items)
            {
                var (id, content) = queues.Write(j, i, ref buffer);
                (values[at], values[at + batch.Count], values[at + (2 * batch.Count)]) = (id, Text(TermsOf(batch[i])), content);
                at++;
            }
        }

        return values;
    }

    private static JobTerms TermsOf(in AppendRequest item) => item.Job ?? JobTerms.Default;

    private static long Limited(long micros) => Math.Clamp(micros, 0, WsmqPosition.MaxValue);

    /// <summary>What the sender of a job demands, as job_store.lua reads it.</summary>
    public static string Text(JobTerms terms) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(int)terms.Priority}{Limited(terms.Delay):D16}{Limited(terms.NotBefore):D16}{Limited(terms.TimeToLive):D16}{Encoding.UTF8.GetByteCount(terms.Key):D3}{Encoding.UTF8.GetByteCount(terms.Unique):D3}{terms.Key}{terms.Unique}");

    private static AppendResult ResultOf(ReadOnlySpan<byte> result)
    {
        var kind = result[0];
        if (kind == (byte)'F')
            return AppendResult.QueueFull;
        if (kind == (byte)'X' || !RedisReplies.TryPosition(result[1..], out var position))
            return AppendResult.Corrupt;
        return new AppendResult(position, kind != (byte)'N') { IsUniqueTaken = kind == (byte)'U' };
    }
}
