using System.Buffers;
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

    public async Task<AppendResult[]> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var queues = new LogGroups(batch, keys);
        var buffer = ArrayPool<byte>.Shared.Rent(SizeOf(batch, queues));
        RedisKey[] scriptKeys = [lane.Keys.Batch, .. lane.Keys.Ids, .. Enumerable.Range(0, queues.Count).SelectMany(j => queues.Keys(j).Queue)];
        var values = ValuesOf(lane, batch, queues, buffer, number, after);
        var reply = await connections.EvaluateAsync(RedisScript.JobAppend, scriptKeys, values, cancellationToken);

        // Not in a finally block: a failed call may still be queued in the driver and reference the buffer.
        ArrayPool<byte>.Shared.Return(buffer);
        return ResultsOf((byte[])reply!, queues);
    }

    private static int SizeOf(IReadOnlyList<AppendRequest> batch, LogGroups queues) =>
        (LogGroups.CountBytes * queues.Count) + batch.Sum(item => RedisMessageId.Length + RedisContent.LengthOf(item));

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
            var limits = queues.Items(j).ConvertAll(i => TermsOf(batch[i]));
            var first = FixedValues + (ValuesOfAQueue * j);
            (values[first], values[first + 1], values[first + 2]) = (queues.Keys(j).Name, limits.Min(t => t.MaxWaiting), limits.Min(t => t.MaxBytes));
            foreach (var i in queues.Items(j))
            {
                var item = batch[i];
                var id = LogGroups.Take(ref buffer, RedisMessageId.Length);
                var content = LogGroups.Take(ref buffer, RedisContent.LengthOf(item));
                RedisMessageId.Write(item, queues.Keys(j).Name, id.Span);
                RedisContent.Write(item, content.Span);
                (values[at], values[at + batch.Count], values[at + (2 * batch.Count)]) = (id, Text(TermsOf(item)), content);
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

    private static AppendResult[] ResultsOf(ReadOnlySpan<byte> reply, LogGroups queues)
    {
        var results = new AppendResult[reply.Length / (1 + WsmqPosition.Length)];
        for (var j = 0; j < queues.Count; j++)
        {
            foreach (var i in queues.Items(j))
            {
                results[i] = ResultOf(reply);
                reply = reply[(1 + WsmqPosition.Length)..];
            }
        }

        return results;
    }

    private static AppendResult ResultOf(ReadOnlySpan<byte> reply)
    {
        var kind = reply[0];
        if (kind == (byte)'F')
            return AppendResult.QueueFull;
        if (kind == (byte)'X' || !RedisReplies.TryPosition(reply.Slice(1, WsmqPosition.Length), out var position))
            return AppendResult.Corrupt;
        return new AppendResult(position, kind != (byte)'N') { IsUniqueTaken = kind == (byte)'U' };
    }
}
