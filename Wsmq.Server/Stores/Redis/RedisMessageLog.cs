using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>The logs as Redis streams; each operation is one script.</summary>
internal sealed class RedisMessageLog(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, RedisSignals signals, WsmqOptions options,
    Func<IReadOnlyList<IAppender>> appenders) : IMessageLog
{
    // A script that accesses very many keys blocks all other clients.
    private const int MostLogsInAScript = 256;

    // Of all addresses that a node reads, again and again: Redis serves others between the scripts.
    private const int MostStatesInAScript = 32;
    private const int StatesAtOnce = 4;

    private IReadOnlyList<IAppender>? _appenders;

    // Made on first use, because whether Redis is a Cluster is known only once the store has started.
    public IReadOnlyList<IAppender> Appenders => LazyInitializer.EnsureInitialized(ref _appenders, appenders);

    /// <summary>Is told what acks have changed.</summary>
    public required RedisTracking Tracking { private get; init; }

    public int AppenderOf(WsmqAddress address) =>
        address.Kind == WsmqAddressKind.Work ? lanes.Count + lanes.NumberOf(address) : lanes.NumberOf(address);

    public async Task<LogPage> ReadAsync(
        WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken)
    {
        var log = keys.Of(source);
        RedisValue[] values =
        [
            after.Value, maxEntries, maxBytes, options.Devices.Expiry.Micros(), log.Name,
            .. options.Retention.For(source.Kind).Values(), options.Delivery.AckGrace.Micros(),
        ];
        return PageOf(await connections.EvaluateAsync(
            RedisScript.Read, [.. log.Pair, .. lanes.ActiveKeysOf(source)], values, cancellationToken));
    }

    public async Task<LogPage> ReadStateAsync(
        WsmqAddress source, WsmqPosition after, WsmqPosition through, int maxEntries, int maxBytes, CancellationToken cancellationToken)
    {
        var log = keys.Of(source);
        RedisValue[] values = [after.Value, through.Value, maxEntries, maxBytes, log.ActiveName];
        return PageOf(await connections.EvaluateAsync(RedisScript.StateRead, [.. log.Pair, ActiveOf(source)], values, cancellationToken));
    }

    public async Task<LogState?[]> StatesAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken)
    {
        var results = new LogState?[sources.Count];
        await Task.WhenAll(ByLane(sources, s => s).Select(ofLane => Parallel.ForEachAsync(
            ofLane.Chunk(MostStatesInAScript), new ParallelOptions { MaxDegreeOfParallelism = StatesAtOnce, CancellationToken = cancellationToken },
            async (part, stop) => await ReadStatesAsync(sources, part, results, stop))));
        return results;
    }

    private async Task ReadStatesAsync(IReadOnlyList<WsmqAddress> sources, int[] part, LogState?[] results, CancellationToken cancellationToken)
    {
        var lane = lanes.Of(sources[part[0]]);
        RedisKey[] scriptKeys = [lane.Keys.Lease, lane.Keys.Active, .. part.SelectMany(i => keys.Of(sources[i]).Pair)];
        RedisValue[] values =
        [
            lanes.Node, lanes.Lease.WholeMilliseconds(), options.Delivery.AckGrace.Micros(),
            string.Concat(part.Select(i => signals.Hears(sources[i]) ? '1' : '0')), lanes.HaveJournals,
            .. part.Select(i => (RedisValue)keys.Of(sources[i]).ActiveName),
        ];
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.States, scriptKeys, values, cancellationToken))!;
        for (var k = 0; k < part.Length; k++)
            results[part[k]] = RedisReplies.State(reply.AsSpan(4 * k, 4));
    }

    public async Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken)
    {
        var results = new AckResult[batch.Count];
        await Task.WhenAll(InScripts(batch, a => a.Source).Select(async part =>
        {
            // Between the steps of one that passes very many tracked messages Redis serves others.
            for (var left = part; left.Length > 0; left = Array.FindAll(left, i => results[i] == AckResult.Partial))
                await AckAsync(batch, left, results, cancellationToken);
        }));
        return results;
    }

    public Task<OpenCursor> OpenCursorAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken) =>
        source.Kind == WsmqAddressKind.Group
            ? OpenGroupAsync(source, user, device, cancellationToken)
            : OpenUserAsync(source, user, device, cancellationToken);

    public async Task<bool> ForgetDeviceAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken)
    {
        var log = keys.Of(source);
        if (source.Kind == WsmqAddressKind.Group)
            return (long)await connections.EvaluateAsync(RedisScript.ForgetInGroup, [log.CursorsOf(user)], [device], cancellationToken) > 0;
        RedisValue[] values = [Field(device), options.Delivery.AckGrace.Micros(), options.Devices.Expiry.Micros(), log.Name];
        return IsOwn(source, user)
            && (long)await connections.EvaluateAsync(RedisScript.Forget, [.. log.Pair, ActiveOf(source)], values, cancellationToken) > 0;
    }

    public async Task<IReadOnlyList<KnownDevice>> DevicesAsync(string user, CancellationToken cancellationToken)
    {
        var meta = keys.Meta(WsmqAddress.User(user));
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.Devices, [meta], [], cancellationToken))!;
        return [.. reply.Chunk(2).Select(d => new KnownDevice(((string)d[0]!)[1..], (long)d[1]))];
    }

    /// <summary>A device's field in the hash of its user; the @ distinguishes it from the other fields, which are one letter.</summary>
    public static string Field(string device) => "@" + device;

    private async Task AckAsync(IReadOnlyList<AckRequest> batch, int[] part, AckResult[] results, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (scriptKeys, values) = AckOf(Array.ConvertAll(part, i => batch[i]));
        var reply = await connections.EvaluateAsync(RedisScript.Ack, scriptKeys, values, cancellationToken);
        var digits = (string)(reply.Length < 0 ? reply : reply[0])!;
        for (var k = 0; k < part.Length; k++)
            results[part[k]] = (AckResult)(digits[k] - '0');
        if (reply.Length > 0)
            Tracking.Tell([.. ((RedisResult[])reply!).Skip(1)], number => batch[part[number]].Source);
    }

    private async Task<OpenCursor> OpenUserAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken)
    {
        if (!IsOwn(source, user))
            throw new WsmqException(WsmqErrors.ReadNotAllowed);
        RedisValue[] values =
        [
            Field(device), options.Devices.MaxPerUser, options.Devices.Expiry.Micros(),
            options.Retention.For(source.Kind).MaxAge.WholeMilliseconds(), keys.Of(source).Name,
            .. options.Retention.For(source.Kind).Values(),
        ];
        var reply = await connections.EvaluateAsync(
            RedisScript.OpenUser, [.. keys.Of(source).Pair, .. lanes.ActiveKeysOf(source)], values, cancellationToken);
        return reply.IsNull ? throw new WsmqException(WsmqErrors.TooManyDevices) : RedisReplies.Cursor(reply);
    }

    private async Task<OpenCursor> OpenGroupAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken)
    {
        var group = keys.Of(source);
        var reply = await connections.EvaluateAsync(
            RedisScript.OpenGroup, [group.Members, group.CursorsOf(user)], [user, device], cancellationToken);
        return reply.IsNull ? throw new WsmqException(WsmqErrors.ReadNotAllowed) : RedisReplies.Cursor(reply);
    }

    private (RedisKey[] Keys, RedisValue[] Values) AckOf(AckRequest[] acks)
    {
        var kinds = Array.ConvertAll(
            acks, a => a.Source.Kind == WsmqAddressKind.Group ? 'G' : IsOwn(a.Source, a.User) ? 'U' : 'X');
        var scriptKeys = new List<RedisKey>(2 + (3 * acks.Length)) { ActiveOf(acks[0].Source) };
        var values = new List<RedisValue>(4 + (4 * acks.Length))
        {
            options.Delivery.AckGrace.Micros(), options.Devices.Expiry.Micros(), new string(kinds), ITrackingStore.MostAtOnce,
        };
        values.AddRange(acks.Zip(kinds, (ack, kind) => (RedisValue)(kind == 'U' ? keys.Of(ack.Source).Name : [])));
        foreach (var (ack, kind) in acks.Zip(kinds))
        {
            var log = keys.Of(ack.Source);
            if (kind == 'U')
            {
                scriptKeys.AddRange(log.Pair);
                values.AddRange([Field(ack.Device), ack.Position.ToString()]);
            }
            else if (kind == 'G')
            {
                scriptKeys.AddRange([log.Meta, log.Members, log.CursorsOf(ack.User), log.Log]);
                values.AddRange([ack.User, ack.Device, ack.Position.ToString()]);
            }
        }

        scriptKeys.Add(lanes.Of(acks[0].Source).Keys.Spare);
        return ([.. scriptKeys], [.. values]);
    }

    private static LogPage PageOf(RedisResult result)
    {
        var reply = (RedisResult[])result!;
        var state = RedisReplies.State(reply.AsSpan(0, 4)) ?? throw new WsmqException(WsmqErrors.StoreCorrupt);
        return new LogPage(Array.ConvertAll((RedisResult[])reply[4]!, RedisReplies.Entry), state);
    }

    private RedisKey ActiveOf(WsmqAddress source) => lanes.Of(source).Keys.Active;

    private static bool IsOwn(WsmqAddress source, string user) =>
        source.Kind == WsmqAddressKind.User && string.Equals(source.Name, user, StringComparison.Ordinal);

    /// <summary>Splits items into parts that one script can process; each part lists indexes into <paramref name="items"/>.</summary>
    private IEnumerable<int[]> InScripts<T>(IReadOnlyList<T> items, Func<T, WsmqAddress> address) =>
        ByLane(items, address).SelectMany(g => g.Chunk(MostLogsInAScript));

    private IEnumerable<IGrouping<int, int>> ByLane<T>(IReadOnlyList<T> items, Func<T, WsmqAddress> address) =>
        Enumerable.Range(0, items.Count).GroupBy(i => lanes.NumberOf(address(items[i])));
}
