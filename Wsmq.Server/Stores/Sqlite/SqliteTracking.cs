namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Records of tracked messages, in tables.</summary>
internal sealed class SqliteTracking(SqliteEngine engine, TimeProvider clock) : ITrackingStore
{
    public event Action<IReadOnlyList<TrackedChange>>? Changed;

    public async Task<UnstoredMarks?> DeliveredAsync(IReadOnlyList<TrackedDelivery> batch, CancellationToken cancellationToken)
    {
        var stored = 0;
        try
        {
            foreach (var part in batch.Chunk(ITrackingStore.MostAtOnce))
            {
                Tell(await engine.WriteExpendableAsync(s => Deliver(s, part), cancellationToken).ConfigureAwait(false));
                stored += part.Length;
            }

            return null;
        }
        catch (WsmqException e)
        {
            return new UnstoredMarks([.. batch.Skip(stored)], e);
        }
    }

    public Task<TrackedEntry?> ReadAsync(
        WsmqAddress to, WsmqPosition position, string? sender, string? watcher, CancellationToken cancellationToken) =>
        watcher is null
            ? engine.ReadAsync(s => s.Snapshot(r => Read(r, to, position.Value, sender)), cancellationToken)
            : engine.WriteAsync(s => ReadAndWatch(s, to, position.Value, sender, watcher), cancellationToken);

    public async Task<TrackedEntry?> FindAsync(WsmqAddress to, string id, string sender, string? watcher, CancellationToken cancellationToken)
    {
        var position = await engine.ReadAsync(
            s => LogTable.Find(s, to) is { } row ? TrackTable.PositionOf(s, row.Id, sender, id, clock.NowMicros()) : null, cancellationToken)
            .ConfigureAwait(false);
        return position is { } found ? await ReadAsync(to, new WsmqPosition(found), sender, watcher, cancellationToken).ConfigureAwait(false) : null;
    }

    public Task<IReadOnlyList<TrackedEntry>> ListAsync(WsmqAddress to, string sender, WsmqPosition after, CancellationToken cancellationToken) =>
        engine.ReadAsync<IReadOnlyList<TrackedEntry>>(
            s => s.Snapshot(r => LogTable.Find(r, to) is not { } row ? []
                : TrackTable.List(r, row, sender, after.Value, clock.NowMicros()).ConvertAll(e => Complete(r, row, e))),
            cancellationToken);

    public Task<IReadOnlyList<TrackedReader>?> ReadersAsync(
        WsmqAddress to, WsmqPosition position, string? sender, string? after, CancellationToken cancellationToken) =>
        engine.ReadAsync<IReadOnlyList<TrackedReader>?>(
            s => s.Snapshot(r => Read(r, to, position.Value, sender) is not null && LogTable.Find(r, to) is { } row
                ? TrackTable.Readers(r, row.Id, position.Value, after ?? string.Empty)
                : null),
            cancellationToken);

    /// <summary>Raises <see cref="Changed"/> once the operation is committed that has made these marks.</summary>
    public void Tell(TrackMarks marks)
    {
        if (marks.Changes.Count > 0)
            Changed?.Invoke(marks.Changes);
    }

    private TrackMarks Deliver(SqliteSession session, TrackedDelivery[] batch)
    {
        var (marks, rows) = (new TrackMarks(clock.NowMicros()), new LogRows());
        foreach (var delivery in batch)
        {
            try
            {
                if (rows.Find(session, delivery.Source) is { } row)
                    marks.Deliver(session, row, delivery);
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
            {
                // Corrupt data of one log; the marks of the others are stored nevertheless.
            }
        }

        return marks;
    }

    private TrackedEntry? Read(SqliteSession session, WsmqAddress to, long position, string? sender)
    {
        if (LogTable.Find(session, to) is not { } row || TrackTable.Find(session, row, position, clock.NowMicros()) is not var (entry, _, _)
            || (sender is not null && entry.Sender != sender))
            return null;
        return Complete(session, row, entry);
    }

    private static TrackedEntry Complete(SqliteSession session, LogRow row, TrackedEntry entry) => entry with
    {
        IsStored = EntryTable.NewestUpTo(session, row.Id, entry.Position.Value) == entry.Position.Value,
        Readers = row.Address.Kind == WsmqAddressKind.User ? TrackTable.Readers(session, row.Id, entry.Position.Value, string.Empty) : [],
    };

    private TrackedEntry? ReadAndWatch(SqliteSession session, WsmqAddress to, long position, string? sender, string watcher)
    {
        if (Read(session, to, position, sender) is not { } entry)
            return null;
        TrackTable.Watch(session, LogTable.Find(session, to)!.Id, position, watcher);
        return entry;
    }
}
