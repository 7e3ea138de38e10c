using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis;

/// <summary>The logs, as streams; each operation is one script.</summary>
internal sealed class RedisMessageLog(RedisConnections connections, RedisKeys keys, WsmqOptions options, WsmqRedisOptions redisOptions)
    : IMessageLog
{
    // Longer than any call can wait in a dead connection.
    private static readonly TimeSpan BatchNumberLifetime = TimeSpan.FromHours(1);

    // A script that touches very many keys holds up everybody else.
    private const int MostLogsInAScript = 256;

    private readonly string _node = Guid.NewGuid().ToString("N");
    private readonly long[] _batches = new long[redisOptions.Buckets];

    // One script may touch all buckets, unless they are on different shards.
    public int Lanes => connections.IsCluster ? keys.Buckets : 1;

    public int LaneOf(Address address) => connections.IsCluster ? keys.BucketOf(address) : 0;

    public async Task<AppendResult[]> AppendAsync(int lane, IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
    {
        var scriptKeys = new RedisKey[1 + (5 * batch.Count)];
        var values = new RedisValue[7 + (4 * batch.Count)];
        scriptKeys[0] = keys.Batch(lane, _node);
        values[0] = ++_batches[lane];
        values[1] = Milliseconds(BatchNumberLifetime);
        values[2] = Milliseconds(options.DeduplicationWindow);
        values[3] = redisOptions.InlineSignalBytes;
        values[4] = Publish;
        values[5] = Microseconds(options.AckGrace);
        values[6] = Microseconds(options.DeviceExpiry);
        for (var i = 0; i < batch.Count; i++)
            Write(batch[i], scriptKeys.AsSpan(1 + (5 * i)), values.AsSpan(7 + (4 * i)));

        // Plain EVAL: after a script flush, EVALSHA is sent again behind what was sent meanwhile, which reorders.
        var reply = await EvaluateAsync(RedisScript.Append, scriptKeys, values, cancellationToken, CommandFlags.NoScriptCache);
        var results = new AppendResult[batch.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = new AppendResult(RedisReplies.Position(reply[2 * i]), (int)reply[(2 * i) + 1] == 1);
        return results;
    }

    public async Task<LogPage> ReadAsync(
        Address source, Position after, int maxEntries, int maxBytes, CancellationToken cancellationToken)
    {
        RedisKey[] scriptKeys = [keys.Log(source), keys.Meta(source), keys.Cursors(source)];
        RedisValue[] values =
        [
            after.Value, maxEntries, maxBytes, MaxAge(source), Microseconds(options.AckGrace), Microseconds(options.DeviceExpiry),
        ];
        var reply = await EvaluateAsync(RedisScript.Read, scriptKeys, values, cancellationToken);
        var entries = ((RedisResult[])reply[4]!).Select(RedisReplies.Entry).ToArray();
        return new LogPage(entries, RedisReplies.State(reply.AsSpan(0, 4)));
    }

    public async Task<LogState[]> StatesAsync(IReadOnlyList<Address> sources, CancellationToken cancellationToken)
    {
        var results = new LogState[sources.Count];
        await Task.WhenAll(InScripts(sources, s => s).Select(async part =>
        {
            var scriptKeys = part.SelectMany(i => new[] { keys.Log(sources[i]), keys.Meta(sources[i]) }).ToArray();
            var reply = await EvaluateAsync(RedisScript.States, scriptKeys, [], cancellationToken);
            for (var k = 0; k < part.Length; k++)
                results[part[k]] = RedisReplies.State(reply.AsSpan(4 * k, 4));
        }));
        return results;
    }

    public async Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken)
    {
        var results = new AckResult[batch.Count];
        await Task.WhenAll(InScripts(batch, a => a.Source).Select(async part =>
        {
            var scriptKeys = part.SelectMany(i => AckKeys(batch[i])).ToArray();
            RedisValue[] values =
            [
                Microseconds(options.AckGrace), Microseconds(options.DeviceExpiry), .. part.SelectMany(i => AckValues(batch[i])),
            ];
            var reply = await EvaluateAsync(RedisScript.Ack, scriptKeys, values, cancellationToken);
            for (var k = 0; k < part.Length; k++)
                results[part[k]] = (AckResult)(int)reply[k];
        }));
        return results;
    }

    public Task<Position> OpenCursorAsync(Address source, string user, string device, CancellationToken cancellationToken) =>
        source.Kind == AddressKind.Group
            ? OpenGroupAsync(source, user, device, cancellationToken)
            : OpenUserAsync(source, user, device, cancellationToken);

    private async Task<Position> OpenUserAsync(Address source, string user, string device, CancellationToken cancellationToken)
    {
        if (!IsOwn(source, user))
            throw new WsmqException(WsmqErrors.ReadNotAllowed);
        RedisKey[] scriptKeys = [keys.Log(source), keys.Meta(source), keys.Cursors(source)];
        RedisValue[] values =
        [
            device, options.MaxDevicesPerUser, Microseconds(options.DeviceExpiry), Milliseconds(options.Retention.For(source.Kind).MaxAge),
        ];
        var reply = await RedisErrors.GuardAsync(
            () => connections.Database.ScriptEvaluateAsync(RedisScript.OpenUser, scriptKeys, values), cancellationToken);
        return reply.IsNull ? throw new WsmqException(WsmqErrors.TooManyDevices) : RedisReplies.Position(reply);
    }

    private async Task<Position> OpenGroupAsync(Address source, string user, string device, CancellationToken cancellationToken)
    {
        RedisKey[] scriptKeys = [keys.Members(source), keys.GroupCursors(source, user)];
        var reply = await RedisErrors.GuardAsync(
            () => connections.Database.ScriptEvaluateAsync(RedisScript.OpenGroup, scriptKeys, [user, device]), cancellationToken);
        return reply.IsNull ? throw new WsmqException(WsmqErrors.ReadNotAllowed) : RedisReplies.Position(reply);
    }

    private RedisValue Publish => RedisSignals.PublishCommand(connections.IsCluster);

    private void Write(in AppendRequest item, Span<RedisKey> itemKeys, Span<RedisValue> values)
    {
        itemKeys[0] = keys.Log(item.To);
        itemKeys[1] = keys.Meta(item.To);
        itemKeys[2] = keys.Cursors(item.To);
        itemKeys[3] = keys.Dedup(item.To, item.Sender, item.Id);
        itemKeys[4] = keys.Signal(item.To);
        var (maxAge, maxCount) = options.Retention.For(item.To.Kind);
        values[0] = maxCount;
        values[1] = Microseconds(maxAge);
        values[2] = item.Metadata;
        values[3] = item.Body;
    }

    private RedisKey[] AckKeys(in AckRequest ack) => ack.Source.Kind == AddressKind.Group
        ? [keys.Log(ack.Source), keys.Meta(ack.Source), keys.GroupCursors(ack.Source, ack.User), keys.Members(ack.Source)]
        : [keys.Log(ack.Source), keys.Meta(ack.Source), keys.Cursors(ack.Source), keys.Members(ack.Source)];

    private RedisValue[] AckValues(in AckRequest ack)
    {
        var kind = ack.Source.Kind == AddressKind.Group ? "G" : IsOwn(ack.Source, ack.User) ? "U" : "X";
        return [kind, ack.User, ack.Device, ack.Position.Value, MaxAge(ack.Source)];
    }

    private long MaxAge(Address source) => Microseconds(options.Retention.For(source.Kind).MaxAge);

    private static bool IsOwn(Address source, string user) =>
        source.Kind == AddressKind.User && string.Equals(source.Name, user, StringComparison.Ordinal);

    /// <summary>Divides items so that one script can touch all of a part; each part lists places in <paramref name="items"/>.</summary>
    private IEnumerable<int[]> InScripts<T>(IReadOnlyList<T> items, Func<T, Address> address) =>
        Enumerable.Range(0, items.Count).GroupBy(i => LaneOf(address(items[i]))).SelectMany(g => g.Chunk(MostLogsInAScript));

    private async Task<RedisResult[]> EvaluateAsync(
        string script, RedisKey[] scriptKeys, RedisValue[] values, CancellationToken cancellationToken, CommandFlags flags = default) =>
        (RedisResult[])(await RedisErrors.GuardAsync(
            () => connections.Database.ScriptEvaluateAsync(script, scriptKeys, values, flags), cancellationToken))!;

    private static string Milliseconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
