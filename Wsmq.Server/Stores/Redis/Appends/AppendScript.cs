using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>One call of append.lua: builds its keys and arguments, and parses its reply.</summary>
internal sealed class AppendScript(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, WsmqRedisOptions redisOptions, JournalKeeper journals)
    : IBatchScript
{
    private const int FixedKeys = 6;
    private const int FixedValues = 21;
    private const int ValuesOfAKind = 3;

    private static ReadOnlySpan<byte> ZeroPosition => "0000000000000000"u8;

    // What an item is.
    private const int MayNotCreate = 1;
    private const int Delayed = 2;
    private const int Due = 4;
    private const int OfState = 8;
    private const int WithTail = 16;
    private const int InSequence = 32;
    private const int BriefOrTracked = 64;

    // The log of an address costs some 20 µs, a message in a journal 3 µs.
    private const int LogWeight = 8;

    public int WeightOf(WsmqAddress to) => keys.Of(to).Readers is null ? LogWeight : 1;

    public async Task<BatchReply> RunAsync(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
    {
        var logs = new LogGroups(batch, keys);
        var groups = new JournalGroups(logs, journals.Takes(lane) ? redisOptions.InlineSignalBytes + RedisContent.Header : null);
        if (groups.Count > 0)
            journals.Begin(lane, number, groups.Logs, groups.BlobBytes);
        var numbers = new BatchNumbers(batch, lane.Number, number);
        try
        {
            numbers.Begin();
            var reply = (RedisResult[])(await logs.RunAsync(
                connections, RedisScript.Append, KeysOf(lane, logs, groups),
                buffer => ValuesOf(lane, batch, logs, groups, numbers, buffer, number, after), cancellationToken,
                groups.BufferBytes + numbers.BufferBytes))!;
            var results = new AppendResult[batch.Count];
            var last = Read(reply, logs, numbers, results);
            journals.Answered(lane, number, last);
            return new BatchReply(results);
        }
        catch (Exception e)
        {
            journals.Failed(lane, number, isRefused: (e as WsmqException)?.Error == WsmqErrors.StoreFull);
            numbers.Fail();
            throw;
        }
    }

    // The keys of the logs in groups are a value.
    private static RedisKey[] KeysOf(RedisLane lane, LogGroups logs, JournalGroups groups)
    {
        var shared = lane.Keys;
        var result = new RedisKey[FixedKeys + (2 * (logs.Count - groups.LogCount))];
        result[0] = shared.Batch;
        shared.Ids.CopyTo(result, 1);
        (result[4], result[5]) = (shared.Spare, shared.Active);
        for (var (j, k) = (groups.LogCount, FixedKeys); j < logs.Count; j++, k += 2)
            (result[k], result[k + 1]) = (logs.Keys(j).Log, logs.Keys(j).Meta);
        return result;
    }

    private RedisValue[] ValuesOf(
        RedisLane lane, IReadOnlyList<AppendRequest> batch, LogGroups logs, JournalGroups groups, BatchNumbers numbers, Memory<byte> buffer,
        long number, long after)
    {
        var names = FixedValues + (JournalGroups.ValuesOfAGroup * groups.Count);
        var values = new RedisValue[names + logs.Count + (numbers.HasIds ? batch.Count : 0) + batch.Count - groups.ItemCount + numbers.ValueCount];
        numbers.WriteStates(values.AsSpan()[^numbers.ValueCount..]);
        (values[0], values[1], values[2]) = (JournalBlob.NumberOf(number), after, AppendFence.Kept.WholeMilliseconds());
        (values[3], values[4]) = (options.Publish.DeduplicationWindow.Micros(), redisOptions.InlineSignalBytes);
        (values[5], values[6], values[7]) = (lanes.PublishCommand, lane.Keys.Channels, lane.Keys.Leases);
        for (var kind = WsmqAddressKind.User; kind <= WsmqAddressKind.Group; kind++)
            options.Retention.For(kind).Values().CopyTo(values, 8 + (ValuesOfAKind * (int)kind));
        values[14] = KindsOf(batch, logs);
        (values[15], values[16]) = (logs.Counts(ref buffer), lanes.Node);
        values[18] = numbers.Text(logs.MayRepeat || logs.HasTerms, options.Publish.ProducerExpiry, logs.InOrder, ref buffer);
        values[20] = groups.Numbers;
        (values[17], values[19]) = groups.Write(values.AsSpan(FixedValues..), ref buffer, lanes.Node, number);
        var (id, content) = (names + logs.Count, names + logs.Count + (numbers.HasIds ? batch.Count : 0));
        for (var j = 0; j < logs.Count; j++)
        {
            values[names + j] = logs.Keys(j).Name;
            foreach (var i in logs.Items(j))
            {
                if (numbers.HasIds)
                    values[id++] = numbers.TryWrite(i, ref buffer) is { } place ? place : logs.WriteId(j, i, ref buffer);
                if (j >= groups.LogCount)
                    values[content++] = logs.WriteContent(i, ref buffer);
            }
        }

        return values;
    }

    /// <summary>A character for each item, and what follows them: see ARGV[15] of the script; empty in the usual case.</summary>
    private byte[] KindsOf(IReadOnlyList<AppendRequest> batch, LogGroups logs)
    {
        var notes = NotesOf(batch, logs);
        return notes.Length == 0 && batch.All(item => KindOf(item) == '0')
            ? []
            : [.. logs.InOrder.Select(item => KindOf(batch[item])), .. Encoding.ASCII.GetBytes(notes)];
    }

    // See the script: after how many µs the addresses are due that are noted, and which these are; empty if none is, the usual case.
    private string NotesOf(IReadOnlyList<AppendRequest> batch, LogGroups logs)
    {
        if (!options.Unacknowledged.HasHook || !batch.Any(item => item.IsNoted))
            return string.Empty;
        var flags = Enumerable.Range(0, logs.Count).Select(j => logs.Items(j).Exists(i => batch[i].IsNoted) ? '1' : '0');
        return string.Create(CultureInfo.InvariantCulture, $"{options.Unacknowledged.DueAfter:D16}{string.Concat(flags)}W");
    }

    private static byte KindOf(in AppendRequest item)
    {
        var delay = item.Delay switch { { Waited: not null } => Due, not null => Delayed, _ => 0 };
        var log = item.Log is not { } terms ? 0
            : (terms.StateKey is null ? 0 : OfState) + (terms.ExpectedTail is null ? 0 : WithTail) + (terms.Sequence is null ? 0 : InSequence)
                + (terms.Track is null && terms.Life == 0 ? 0 : BriefOrTracked);
        return (byte)('0' + (item.MayCreate || delay == Due ? 0 : MayNotCreate) + delay + log);
    }

    // Returns the last position that may be in a journal.
    private static WsmqPosition Read(RedisResult[] reply, LogGroups logs, BatchNumbers numbers, AppendResult[] results)
    {
        ReadOnlySpan<byte> text = (byte[])reply[0]!;
        var (now, last) = (RedisReplies.Position(text[..WsmqPosition.Length]).Value, 0L);
        text = text[WsmqPosition.Length..];
        for (var j = 0; j < logs.Count; j++)
        {
            var isJournaled = text[0] == (byte)'J';
            text = text[1..];
            if (!isJournaled)
            {
                text = logs.ReadResults(j, text, results, ResultOf);
                logs.Keys(j).Readers = null;
                continue;
            }

            var at = now;
            foreach (var i in logs.Items(j))
                results[i] = new AppendResult(new WsmqPosition(at++), false);
            last = Math.Max(last, at - 1);
        }

        for (var k = 1; k + 1 < reply.Length; k += 2)
        {
            if ((int)reply[k] < logs.Count)
                logs.Keys((int)reply[k]).Readers = (string)reply[k + 1]!;
            else
                numbers.Tell((int)reply[k] - logs.Count, (string)reply[k + 1]!);
        }

        numbers.End();
        return new WsmqPosition(last);
    }

    // The number of an error, or the letter of the result with which the message was refused.
    private static AppendResult UsedUpBy(int error) => AppendResult.UsedUp(error <= byte.MaxValue ? ResultOf([(byte)error, .. ZeroPosition]).FinalError ?? 0 : error);

    private static AppendResult ResultOf(ReadOnlySpan<byte> result) => RedisSequence.RefusalOf(result) is { } told
        ? told.UsedUpBy is { } error ? UsedUpBy(error) : told
        : StoredOr(result);

    private static AppendResult StoredOr(ReadOnlySpan<byte> result) => result[0] switch
    {
        (byte)'R' => AppendResult.NoAddress,
        (byte)'F' => AppendResult.TooManyWaiting,
        (byte)'T' => AppendResult.StateFull,
        (byte)'K' => AppendResult.TooManyTracked,
        (byte)'P' when RedisReplies.TryPosition(result[1..], out var tail) => AppendResult.Conflict(tail),
        not (byte)'X' when RedisReplies.TryPosition(result[1..], out var position) =>
            new AppendResult(position, result[0] == (byte)'D')
            {
                Created = result[0] is (byte)'C' or (byte)'V', IsWaiting = result[0] is (byte)'W' or (byte)'V',
            },
        _ => AppendResult.Corrupt,
    };
}
