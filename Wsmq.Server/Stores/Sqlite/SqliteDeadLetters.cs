namespace Wsmq.Server.Stores.Sqlite;

internal sealed class SqliteDeadLetters(SqliteEngine engine, WsmqOptions options, SqliteTracking tracking, TimeProvider clock) : IDeadLetterStore
{
    public async Task<NackResult> NackAsync(NackRequest request, CancellationToken cancellationToken)
    {
        var (result, marks) = await engine.WriteAsync(
            s =>
            {
                var made = new TrackMarks(clock.NowMicros());
                return (Nack(s, request, made), made);
            },
            cancellationToken).ConfigureAwait(false);
        tracking.Tell(marks);
        return result;
    }

    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(WsmqAddress source, string user, CancellationToken cancellationToken) =>
        await engine.ReadAsync(
            s => s.Snapshot(r => LogTable.Find(r, source) is { } row ? DeadLetterTable.List(r, row, user, clock.NowMicros()) : []),
            cancellationToken).ConfigureAwait(false);

    public Task<StoredDeadLetter?> ReadAsync(DeadLetterKey key, string user, CancellationToken cancellationToken) => engine.ReadAsync(
        s => s.Snapshot(r => LogTable.Find(r, key.Source) is { } row ? DeadLetterTable.Find(r, row.Id, user, key, clock.NowMicros()) : null),
        cancellationToken);

    public Task<bool> RemoveAsync(DeadLetterKey key, string user, CancellationToken cancellationToken) => engine.WriteAsync(
        s => LogTable.Find(s, key.Source) is { } row && DeadLetterTable.Remove(s, row.Id, user, key), cancellationToken);

    public Task<IReadOnlyList<DeadLetterHead>> FindAsync(
        WsmqAddress source, WsmqPosition position, IReadOnlyCollection<(string User, string Device)> devices, CancellationToken cancellationToken) =>
        engine.ReadAsync<IReadOnlyList<DeadLetterHead>>(
            s => s.Snapshot(r => LogTable.Find(r, source) is { } row
                ? [.. devices.Select(d => DeadLetterTable.Head(r, row, d.User, position, d.Device, clock.NowMicros())).OfType<DeadLetterHead>()]
                : Array.Empty<DeadLetterHead>()),
            cancellationToken);

    public Task<StorePage<DeadLetterHead>> ScanAsync(DeadLetterScan scan, string? next, int max, CancellationToken cancellationToken)
    {
        var after = DeadLetterScans.Parse(next);
        return engine.ReadAsync(s => s.Snapshot(r => DeadLetterScans.Step(r, scan, after, max, clock.NowMicros())), cancellationToken);
    }

    private NackResult Nack(SqliteSession session, NackRequest request, TrackMarks marks)
    {
        if (CursorOperations.Find(session, request.Source, request.User, request.Device) is not { } cursor)
            return new NackResult(NackOutcome.NoReader, 0);
        if (LogTable.Find(session, request.Source) is not { } row)
            return new NackResult(NackOutcome.Passed, 0);
        if (request.Position.Value <= cursor)
        {
            return DeadLetterTable.Find(session, row.Id, request.User, request.Key, clock.NowMicros()) is { } known
                ? new NackResult(NackOutcome.DeadLettered, known.Attempts)
                : new NackResult(NackOutcome.Passed, 0);
        }

        var first = EntryTable.Read(session, row.Id, cursor, row.Tail, maxEntries: 1, maxBytes: 1).FirstOrDefault();
        return first?.Position == request.Position ? Count(session, row, request, first, marks)
            : EntryTable.NewestUpTo(session, row.Id, request.Position.Value) == request.Position.Value ? new NackResult(NackOutcome.NotFirst, 0)
            : new NackResult(NackOutcome.Passed, 0);
    }

    private NackResult Count(SqliteSession session, LogRow row, NackRequest request, LogEntry entry, TrackMarks marks)
    {
        var before = DeadLetterTable.Failures(session, row.Id, request.User, request.Device);
        if (before?.Position != entry.Position.Value)
            before = new FailureRow(entry.Position.Value, 0, 0);
        var failures = before with
        {
            Reported = before.Reported + (request.Kind is NackKind.Reported or NackKind.Final ? 1 : 0),
            Silent = before.Silent + (request.Kind == NackKind.Silent ? 1 : 0),
        };
        var attempts = failures.Reported + failures.Silent;
        var (used, limit) = request.Kind == NackKind.Reported
            ? (failures.Reported, options.DeadLetters.MaxAttempts)
            : (failures.Silent, options.DeadLetters.MaxSilentAttempts);
        if (request.Kind != NackKind.Final && (request.Kind == NackKind.Silent || limit == 0 || used < limit))
        {
            DeadLetterTable.SaveFailures(session, row.Id, request.User, request.Device, failures);
            return new NackResult(NackOutcome.Counted, attempts);
        }

        var now = clock.NowMicros();
        var expires = now + options.Retention.For(request.Source.Kind).MaxAge.Micros();
        DeadLetterTable.Insert(
            session, row.Id, request.User, new StoredDeadLetter(request.Key, attempts, now, request.Reason, entry), expires);
        var evicted = DeadLetterTable.Trim(session, row.Id, request.User, options.DeadLetters.MaxCount, request.Room);
        DeadLetterTable.ForgetFailures(session, row.Id, request.User, request.Device);
        CursorTable.Advance(session, row.Id, request.User, request.Device, entry.Position.Value, now);
        if (entry.Position.Value <= row.Tracked)
            marks.DeadLetter(session, row, entry.Position.Value, row.Address.Kind == WsmqAddressKind.User ? request.Device : request.User);
        return new NackResult(NackOutcome.DeadLettered, attempts, IsNew: true, evicted);
    }
}
