using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Jobs;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>One call of job_append.lua: builds its keys and arguments, and parses its reply.</summary>
/// <param name="connections">The connections.</param>
/// <param name="keys">The names of keys.</param>
/// <param name="lanes">The lanes.</param>
/// <param name="options">The options.</param>
/// <param name="takers">Who takes jobs with those that are stored.</param>
internal sealed class JobAppendScript(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, JobTakers takers) : IBatchScript
{
    private const int FixedValues = 8;
    private const int ValuesOfAQueue = 4;
    private const int ValuesOfAnItem = 3;

    // Before the terms of a job with a place in a sequence.
    private const string InSequence = "S";

    public async Task<BatchReply> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        var queues = new LogGroups(batch, keys);
        RedisKey[] scriptKeys =
        [
            lane.Keys.Batch, .. lane.Keys.Ids, .. Enumerable.Range(0, queues.Count).SelectMany(j => queues.Keys(j).QueueWithOutcomes),
        ];
        var takes = new JobTake?[queues.Count];
        try
        {
            for (var j = 0; j < takes.Length; j++)
                takes[j] = takers.Begin(batch[queues.Items(j)[0]].To, queues.Items(j).Count);
            var reply = await queues.RunAsync(
                connections, RedisScript.JobAppend, scriptKeys, buffer => ValuesOf(lane, batch, queues, takes, buffer, number, after),
                cancellationToken);
            if (Array.TrueForAll(takes, t => t is null))
                return new BatchReply(queues.ResultsOf(reply, ResultOf));
            var parts = (RedisResult[])reply!;
            return new BatchReply(queues.ResultsOf(parts[0], ResultOf), isValid => End(takes, isValid ? parts : null));
        }
        catch
        {
            End(takes, null);
            throw;
        }
    }

    private static void End(JobTake?[] takes, RedisResult[]? parts)
    {
        var next = 1;
        foreach (var take in takes)
        {
            if (parts is null)
                take?.Fail();
            else
                take?.End(TakenOf(parts[next++]));
        }
    }

    // A job that cannot be read is not given out, and its lease runs out. That must not fail the append.
    private static TakenJobs? TakenOf(RedisResult reply)
    {
        try
        {
            return (RedisResult[])reply! is { Length: > 0 } parts ? JobTakeScript.Result(parts) : null;
        }
        catch (WsmqException)
        {
            return null;
        }
    }

    private RedisValue[] ValuesOf(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, LogGroups queues, JobTake?[] takes, Memory<byte> buffer, long number, long after)
    {
        var taking = Array.ConvertAll(takes, t => t is null ? [] : JobTakeScript.Values(t.Request, t.Rules, ReplicaMark.None.Values));
        var ofItems = FixedValues + (ValuesOfAQueue * queues.Count);
        var values = new RedisValue[ofItems + (ValuesOfAnItem * batch.Count) + taking.Sum(t => t.Length)];
        taking.SelectMany(t => t).ToArray().CopyTo(values, ofItems + (ValuesOfAnItem * batch.Count));
        (values[0], values[1], values[2]) = (number, after, AppendFence.Kept.WholeMilliseconds());
        values[3] = options.Publish.DeduplicationWindow.Micros();
        (values[4], values[5], values[6]) = (lanes.PublishCommand, lane.Keys.Channels, lane.Keys.Leases);
        values[7] = queues.Counts(ref buffer);
        var at = ofItems;
        for (var j = 0; j < queues.Count; j++)
        {
            var (first, items) = (FixedValues + (ValuesOfAQueue * j), queues.Items(j));
            values[first] = queues.Keys(j).Name;
            values[first + 1] = items.Min(i => TermsOf(batch[i]).MaxWaiting);
            values[first + 2] = items.Min(i => TermsOf(batch[i]).MaxBytes);
            values[first + 3] = taking[j].Length;
            foreach (var i in items)
            {
                var (id, content) = queues.Write(j, i, ref buffer);
                var terms = Text(TermsOf(batch[i]));
                (values[at], values[at + batch.Count], values[at + (2 * batch.Count)]) = (id, batch[i].Log?.Sequence is null ? terms : InSequence + terms, content);
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
        if (RedisSequence.RefusalOf(result) is { } told)
            return told;
        if (kind == (byte)'X' || !RedisReplies.TryPosition(result[1..], out var position))
            return AppendResult.Corrupt;
        return new AppendResult(position, kind != (byte)'N') { IsUniqueTaken = kind == (byte)'U' };
    }
}
