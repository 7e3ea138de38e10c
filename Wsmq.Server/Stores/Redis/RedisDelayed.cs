using System.Buffers.Binary;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Messages with a delay, in keys of their lane, see delayed.lua.</summary>
internal sealed class RedisDelayed(RedisConnections connections, RedisKeys keys, RedisLanes lanes, RedisClock clock) : IDelayedMessages
{
    // The hashes of the id and of the sender.
    private const int Hashes = 2 * RedisMessageId.Length;

    public event Action<int, long>? Added;

    public async Task<DueMessages> DueAsync(int lane, CancellationToken cancellationToken)
    {
        // Jobs have delays of their own.
        if (lane >= lanes.Count)
            return new DueMessages([], null);
        var own = lanes[lane].Keys;
        RedisValue[] values =
            [lanes.Node, IDelayedMessages.Turn.WholeMilliseconds(), IDelayedMessages.MostDue, IDelayedMessages.MostDueBytes];
        var reply = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.DelayedDue, [own.Active, own.DelayedTurn, own.Spare], values, cancellationToken))!;
        if (reply[0].IsNullOrEmpty)
            return new DueMessages([], null);
        var (messages, foreign) = (new List<AppendRequest>(), new List<string>());
        foreach (var pair in reply.Skip(1).Chunk(2))
        {
            if (Read(lane, (string)pair[0]!, (byte[])pair[1]!) is { } message)
                messages.Add(message);
            else
                foreign.Add((string)pair[0]!);
        }

        if (foreign.Count > 0)
            await PostponeAsync(own, foreign, cancellationToken);
        return new DueMessages(messages, TimeSpan.FromMicroseconds((long)reply[0]));
    }

    public async Task<bool> CancelAsync(WsmqAddress to, string sender, string id, CancellationToken cancellationToken)
    {
        var hash = new byte[RedisMessageId.Length];
        RedisMessageId.Write(new AppendRequest(to, sender, id, default, default), keys.Of(to).Name, hash);
        var lane = lanes.Of(to).Keys;
        return (bool)await connections.EvaluateAsync(RedisScript.DelayedCancel, [lane.Active, lane.Spare], [hash], cancellationToken);
    }

    /// <summary>The script, which then tells of messages that wait.</summary>
    public IBatchScript Watch(IBatchScript script) => new WatchedScript(script, this);

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
