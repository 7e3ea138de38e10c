using System.Buffers.Text;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Failed attempts and dead letters, in the bucket of the log, so that one script counts, copies and moves the cursor.</summary>
internal sealed class RedisDeadLetters(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, RedisTracking tracking)
    : IDeadLetterStore
{
    // Details of a dead letter, as written by nack.lua: time, previous position, attempts, reason.
    private const int AttemptsAt = 2 * WsmqPosition.Length;
    private const int AttemptsLength = 10;
    private const int DevicesInACall = 100;

    public async Task<NackResult> NackAsync(NackRequest request, CancellationToken cancellationToken)
    {
        var isGroup = request.Source.Kind == WsmqAddressKind.Group;
        if (!MayRead(request.Source, request.User))
            return new NackResult(NackOutcome.NoReader, 0);
        var log = keys.Of(request.Source);
        var (dead, places) = (log.DeadOf(request.User), log.DeadPlacesOf(request.User));
        var (index, ends) = (keys.DeadReaders(log.Bucket), keys.DeadEnds(log.Bucket));
        RedisKey[] scriptKeys = isGroup
            ? [log.Log, log.CursorsOf(request.User), dead, places, index, ends, log.Members, lanes.Of(request.Source).Keys.Spare]
            : [log.Log, log.Meta, dead, places, index, ends, .. lanes.ActiveKeysOf(request.Source)];
        RedisValue[] values =
        [
            isGroup ? request.Device : RedisMessageLog.Field(request.Device), request.Position.ToString(), PlaceOf(request.Key),
            request.Kind switch { NackKind.Reported => "R", NackKind.Silent => "S", NackKind.Final => "F", _ => "B" },
            request.Kind == NackKind.Reported ? options.DeadLetters.MaxAttempts : options.DeadLetters.MaxSilentAttempts,
            request.Reason, options.DeadLetters.MaxCount, MaxAge(request.Source), request.User, request.Room,
            IDeadLetterStore.Overhead, log.DeadReaderOf(request.User), isGroup ? "G" : log.Name,
            .. options.Retention.For(request.Source.Kind).Values(),
        ];
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.Nack, scriptKeys, values, cancellationToken))!;
        if (reply.Length > 3)
            tracking.Tell(reply[3..], _ => request.Source);
        return reply.Length > 2
            ? new NackResult((NackOutcome)(int)reply[0], (int)reply[1], IsNew: true, (int)reply[2])
            : new NackResult((NackOutcome)(int)reply[0], (int)reply[1]);
    }

    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(WsmqAddress source, string user, CancellationToken cancellationToken)
    {
        if (!MayRead(source, user))
            return [];
        var log = keys.Of(source);
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.DeadList, KeysOf(log, user),
            [MaxAge(source), options.DeadLetters.MaxCount, log.DeadReaderOf(user)], cancellationToken))!;
        return [.. reply.Chunk(2)
            .Select(pair => Read(KeyOf(source, (string)pair[0]!), (byte[])pair[1]!))
            .OrderBy(d => d.Key.Position.Value).ThenBy(d => d.Key.Device, StringComparer.Ordinal)];
    }

    public async Task<StoredDeadLetter?> ReadAsync(DeadLetterKey key, string user, CancellationToken cancellationToken)
    {
        if (!MayRead(key.Source, user))
            return null;
        var place = PlaceOf(key);
        var found = await connections.AskAsync(
            (database, primary) => database.HashGetAsync(keys.Of(key.Source).DeadOf(user), ["i" + place, "e" + place], primary), cancellationToken);
        return found[0].IsNull || found[1].IsNull ? null : Read(key, (byte[])found[0]!, (byte[])found[1]!);
    }

    public async Task<bool> RemoveAsync(DeadLetterKey key, string user, CancellationToken cancellationToken)
    {
        if (!MayRead(key.Source, user))
            return false;
        var log = keys.Of(key.Source);
        var removed = await connections.EvaluateAsync(
            RedisScript.DeadDelete, KeysOf(log, user), [PlaceOf(key), log.DeadReaderOf(user)], cancellationToken);
        return (int)removed > 0;
    }

    // The keys of a user's own queue do not contain a reader: only that user can have dead letters in it.
    private static bool MayRead(WsmqAddress source, string user) => source.Kind == WsmqAddressKind.Group || source == WsmqAddress.User(user);

    private RedisKey[] KeysOf(LogKeys log, string user) =>
        [log.DeadOf(user), log.DeadPlacesOf(user), keys.DeadReaders(log.Bucket), keys.DeadEnds(log.Bucket)];

    public async Task<IReadOnlyList<DeadLetterHead>> FindAsync(
        WsmqAddress source, WsmqPosition position, IReadOnlyCollection<(string User, string Device)> devices, CancellationToken cancellationToken)
    {
        var (log, found) = (keys.Of(source), new List<DeadLetterHead>());
        foreach (var some in devices.Where(d => MayRead(source, d.User)).Chunk(DevicesInACall))
        {
            var sought = some.Select(d => new DeadLetterKey(source, position, d.Device)).ToArray();
            var reply = (RedisResult[])(await connections.EvaluateAsync(
                RedisScript.DeadFind, [.. some.Select(d => log.DeadOf(d.User))],
                [MaxAge(source), .. sought.Select(key => (RedisValue)PlaceOf(key))], cancellationToken))!;
            found.AddRange(reply.Select((known, n) => known.IsNull ? null : new DeadLetterHead(some[n].User, Read(sought[n], (byte[])known!), null))
                .OfType<DeadLetterHead>());
        }

        return found;
    }

    public Task<StorePage<DeadLetterHead>> ScanAsync(DeadLetterScan scan, string? next, int max, CancellationToken cancellationToken) =>
        new RedisDeadLetterScan(connections, keys, MaxAge, scan).StepAsync(next, max, cancellationToken);

    /// <summary>Reads the details of a dead letter, as nack.lua writes them.</summary>
    public static StoredDeadLetter Read(DeadLetterKey key, ReadOnlySpan<byte> known, byte[]? content = null)
    {
        if (known.Length < AttemptsAt + AttemptsLength || !Utf8Parser.TryParse(known.Slice(AttemptsAt, AttemptsLength), out int attempts, out _))
            throw NotOurs();
        var previous = RedisReplies.Position(known[WsmqPosition.Length..AttemptsAt]);
        return new StoredDeadLetter(
            key, attempts, RedisReplies.Position(known[..WsmqPosition.Length]).Value, Encoding.UTF8.GetString(known[(AttemptsAt + AttemptsLength)..]),
            content is null ? null : Entry(key.Position, previous, content));
    }

    private static LogEntry Entry(WsmqPosition position, WsmqPosition previous, byte[] content) =>
        RedisContent.TryRead(content, out var metadata, out var body, out _) ? new LogEntry(position, previous, metadata, body) : throw NotOurs();

    private static WsmqException NotOurs() => new(WsmqErrors.StoreCorrupt);

    private static string PlaceOf(DeadLetterKey key) => $"{key.Position}:{key.Device}";

    /// <exception cref="WsmqException"><c>store-corrupt</c>.</exception>
    public static DeadLetterKey KeyOf(WsmqAddress source, string place) =>
        place.Length > WsmqPosition.Length && WsmqPosition.TryParse(place[..WsmqPosition.Length], out var position)
            ? new DeadLetterKey(source, position, place[(WsmqPosition.Length + 1)..])
            : throw NotOurs();

    private long MaxAge(WsmqAddress source) => options.Retention.For(source.Kind).MaxAge.Micros();
}
