using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Messages with a delay, in keys of their lane, see delayed.lua.</summary>
/// <param name="connections">The connections.</param>
/// <param name="keys">The names of keys.</param>
/// <param name="lanes">The lanes.</param>
/// <param name="clock">The clock of the store.</param>
/// <param name="replicas">Waits for replicas: then no failover takes back a cancellation. Null if receipts do not wait.</param>
/// <param name="options">The options.</param>
internal sealed class RedisDelayed(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, RedisClock clock, RedisReplicas? replicas, WsmqOptions options) : IDelayedMessages
{
    // The hashes of the id and of the sender.
    private const int Hashes = 2 * RedisMessageId.Length;

    private long _cancellations;

    public event Action<int, long>? Added;

    public async Task<DueMessages> DueAsync(int lane, CancellationToken cancellationToken)
    {
        // Jobs have delays of their own.
        if (lane >= lanes.Count)
            return new DueMessages([], null);
        var own = lanes[lane].Keys;
        RedisValue[] values =
        [
            lanes.Node, IDelayedMessages.Turn.WholeMilliseconds(), IDelayedMessages.MostDue, IDelayedMessages.MostDueBytes,
            options.Delivery.AckGrace.Micros(),
        ];
        var reply = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.DelayedDue, [own.Active, own.DelayedTurn, own.Spare], values, cancellationToken))!;
        var hasExpired = (bool)reply[1];
        if (reply[0].IsNullOrEmpty)
            return new DueMessages([], null) { HasExpired = hasExpired };
        var (messages, foreign) = (new List<AppendRequest>(), new List<string>());
        foreach (var pair in reply.Skip(2).Chunk(2))
        {
            if (Read(lane, (string)pair[0]!, (byte[])pair[1]!) is { } message)
                messages.Add(message);
            else
                foreign.Add((string)pair[0]!);
        }

        if (foreign.Count > 0)
            await PostponeAsync(own, foreign, cancellationToken);
        return new DueMessages(messages, TimeSpan.FromMicroseconds((long)reply[0])) { HasExpired = hasExpired };
    }

    public Task<bool> CancelAsync(WsmqAddress to, string sender, string id, CancellationToken cancellationToken)
    {
        var hash = new byte[RedisMessageId.Length];
        RedisMessageId.Write(new AppendRequest(to, sender, id, default, default), keys.Of(to).Name, hash);
        return CancelAsync(to, hash, string.Empty, cancellationToken);
    }

    public async Task<bool> CancelAsync(WsmqAddress to, string key, CancellationToken cancellationToken) =>
        key.Length == RedisDelay.KeyLength && key.All(char.IsAsciiDigit)
        && await CancelAsync(to, key, keys.Of(to).Name, cancellationToken);

    public async Task<StorePage<DelayedHead>> ListAsync(
        WsmqAddress to, string? next, int max, int bodyBytes, CancellationToken cancellationToken)
    {
        RedisValue[] after = ["", ""];
        if (next is not null)
            (after[0], after[1]) = DelayedRequest.AfterOf(next, RedisDelay.KeyLength);
        var lane = lanes.Of(to).Keys;
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.DelayedList, [lane.Active, lane.Spare],
            [keys.Of(to).Name, .. after, max, IDelayedMessages.MostListedBytes, bodyBytes], cancellationToken))!;
        var found = ((RedisResult[])reply[2]!).Chunk(4).Select(HeadOf).ToArray();
        var last = (string)reply[0]!;
        return new StorePage<DelayedHead>(found, last.Length == 0 ? null : DelayedRequest.NextOf(last, (string)reply[1]!), found.Length);
    }

    /// <summary>The script, which then tells of messages that wait.</summary>
    public IBatchScript Watch(IBatchScript script) => new WatchedScript(script, this);

    /// <param name="to">The address.</param>
    /// <param name="name">The hash of the message, or its key.</param>
    /// <param name="address">With a key, the name of the address.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    private async Task<bool> CancelAsync(WsmqAddress to, RedisValue name, RedisValue address, CancellationToken cancellationToken)
    {
        var lane = lanes.Of(to).Keys;

        // A key of its own for each call: calls are not in order, so that a later one proves nothing about an earlier one.
        var mark = replicas?.MarkOf(lane.Cancelled(Interlocked.Increment(ref _cancellations))) ?? ReplicaMark.None;
        var wasWaiting = (bool)await connections.EvaluateAsync(
            RedisScript.DelayedCancel, [lane.Active, lane.Spare, .. mark.Keys], [name, address, .. mark.Values], cancellationToken);
        if (replicas is not null)
            await replicas.ConfirmAsync(mark).WaitAsync(cancellationToken);
        return wasWaiting;
    }

    private static DelayedHead HeadOf(RedisResult[] parts)
    {
        var (key, due) = ((string)parts[0]!, long.Parse((string)parts[1]!, NumberStyles.None, CultureInfo.InvariantCulture));
        return RedisReplies.Head(WsmqPosition.Start, (long)parts[2], (byte[])parts[3]!) is { } head
            ? new DelayedHead(key, due, head.Metadata, head.BodyStart, head.BodyBytes)
            : new DelayedHead(key, due, default, default, 0);
    }

    private Task PostponeAsync(LaneKeys lane, IEnumerable<string> messages, CancellationToken cancellationToken)
    {
        var due = clock.Now + IDelayedMessages.PauseOfForeign.Micros();
        return RedisErrors.GuardAsync(
            () => connections.Database.SortedSetAddAsync(lane.Delayed, [.. messages.Select(m => new SortedSetEntry(m, due))], SortedSetWhen.Exists),
            cancellationToken);
    }

    private AppendRequest? Read(int lane, string key, byte[] record)
    {
        if (key.Length != RedisDelay.KeyLength || record.Length < Hashes + sizeof(ushort))
            return null;
        var rest = record.AsMemory(Hashes + sizeof(ushort));
        int length = BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(Hashes));
        return length <= rest.Length && WsmqAddress.TryParse(Encoding.UTF8.GetString(rest.Span[..length]), out var to, out _)
            && to.Kind != WsmqAddressKind.Work && lanes.NumberOf(to) == lane
            && RedisContent.TryRead(rest[length..], out var metadata, out var body, out _)
                ? DelayedRequest.Of(to, key, metadata, body)
                : null;
    }

    private sealed class WatchedScript(IBatchScript script, RedisDelayed delayed) : IBatchScript
    {
        public int WeightOf(WsmqAddress to) => script.WeightOf(to);

        public async Task<BatchReply> RunAsync(
            RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken)
        {
            var reply = await script.RunAsync(lane, batch, number, after, cancellationToken);
            if (DelayedRequest.FirstOf(batch, reply.Results) is { } due)
                delayed.Added?.Invoke(lane.Number, due);
            return reply;
        }
    }
}
