namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// The logs in one database: one lane, because there is one writer. Metadata and bodies passed to an append belong to the store from
/// then on, because signals carry them: the caller must not change them.
/// </summary>
internal sealed class SqliteMessageLog(
    SqliteEngine engine, SqliteRoom room, WsmqOptions options, SqliteRetention retention, LocalSignals signals, TimeProvider clock) : IMessageLog, IAppender
{
    private readonly AppendOperation _append = new(options, retention, clock);
    private readonly CursorOperations _cursors = new(options, retention, clock);
    private long _asked;
    private (long Number, long Rollbacks) _applied;

    /// <summary>See <see cref="IDelayedMessages.Added"/>.</summary>
    public event Action<int, long>? Waits;

    /// <summary>Is told what acks have changed.</summary>
    public required SqliteTracking Tracking { private get; init; }

    public IReadOnlyList<IAppender> Appenders => [this];

    public int AppenderOf(WsmqAddress address) => 0;

    public Task<AppendResult[]> AppendAsync(IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
    {
        try
        {
            room.Require();
            return engine.WriteAsync(new AppendCommand(this, ++_asked, batch, follows, cancellationToken));
        }
        catch (Exception e)
        {
            // As from an async method: an exception out of the call would end the lane.
            return Task.FromException<AppendResult[]>(e);
        }
    }

    public async Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 1);
        var page = await engine.ReadAsync(s => s.Snapshot(r => ReadUnlessDue(r, source, after, maxEntries, maxBytes)), cancellationToken)
            .ConfigureAwait(false);
        if (page is not null)
            return page;
        // Only the writer removes entries. It then reads the page as well, so that no further entries can become due in between.
        return await engine.WriteAsync(s => Trim(s, source, after, maxEntries, maxBytes), cancellationToken).ConfigureAwait(false);
    }

    public Task<LogPage> ReadStateAsync(
        WsmqAddress source, WsmqPosition after, WsmqPosition through, int maxEntries, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 1);
        return engine.ReadAsync(s => s.Snapshot(r => ReadState(r, source, after, through, maxEntries, maxBytes)), cancellationToken);
    }

    public Task<LogState?[]> StatesAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => s.Snapshot(r => sources.Select(a => StateOf(r, a)).ToArray()), cancellationToken);

    public async Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken)
    {
        var results = new AckResult[batch.Count];

        // Between the steps of one that passes very many tracked messages the writer does other work.
        for (int[] left = [.. Enumerable.Range(0, batch.Count)]; left.Length > 0; left = Array.FindAll(left, i => results[i] == AckResult.Partial))
        {
            var part = Array.ConvertAll(left, i => batch[i]);
            var (done, marks) = await engine.WriteExpendableAsync(s => _cursors.Acknowledge(s, part), cancellationToken).ConfigureAwait(false);
            Tracking.Tell(marks);
            for (var k = 0; k < left.Length; k++)
                results[left[k]] = done[k];
        }

        return results;
    }

    public async Task<OpenCursor> OpenCursorAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken)
    {
        var opened = source.Kind switch
        {
            WsmqAddressKind.Group => await engine.ReadAsync(
                s => s.Snapshot(r => CursorOperations.OpenGroup(r, source, user, device)), cancellationToken).ConfigureAwait(false),
            WsmqAddressKind.User when source.Name == user => await engine.WriteAsync(
                s => _cursors.OpenOwn(s, source, device), cancellationToken).ConfigureAwait(false),
            _ => OpenedCursor.Refused(WsmqErrors.ReadNotAllowed),
        };
        return opened.Refusal is { } refusal ? throw new WsmqException(refusal) : opened.Cursor;
    }

    public async Task<bool> ForgetDeviceAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken) =>
        await engine.WriteAsync(s => _cursors.Forget(s, source, user, device), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<KnownDevice>> DevicesAsync(string user, CancellationToken cancellationToken) =>
        await engine.ReadAsync(
            s => LogTable.Find(s, WsmqAddress.User(user)) is { } row ? CursorTable.Devices(s, row.Id) : [], cancellationToken).ConfigureAwait(false);

    private static LogState? StateOf(SqliteSession session, WsmqAddress source)
    {
        try
        {
            return LogTable.Find(session, source)?.State ?? default;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            return null;
        }
    }

    // On the writer's thread. If no transaction was rolled back since the previous append, that one is committed, or will be with this one.
    private Appended Append(SqliteSession session, long number, IReadOnlyList<AppendRequest> batch, bool follows)
    {
        if (follows && _applied != (number - 1, session.Rollbacks))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the append before this one failed");
        var appended = _append.Run(session, batch);
        _applied = (number, session.Rollbacks);
        return appended;
    }

    private void Publish(in Appended appended)
    {
        for (var i = 0; i < appended.Entries.Count; i++)
        {
            var (to, entry) = appended.Entries[i];
            var more = i + 1 < appended.Entries.Count && appended.Entries[i + 1].To == to;
            signals.Send(to, new Signal(entry.Position, entry.Previous, entry) { More = more });
        }

        foreach (var (queue, tail) in appended.Queues)
            signals.Send(queue, new Signal(tail, WsmqPosition.Start, Entry: null));
    }

    private sealed class AppendCommand(
        SqliteMessageLog log, long number, IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
        : WriteCommand<AppendResult[]>(expendable: false, cancellationToken)
    {
        private Appended _appended;

        protected override AppendResult[] Execute(SqliteSession session)
        {
            _appended = log.Append(session, number, batch, follows);
            return _appended.Results;
        }

        protected override void OnCommitted(AppendResult[] result)
        {
            log.Publish(_appended);
            if (DelayedRequest.FirstOf(batch, result) is { } due)
                log.Waits?.Invoke(0, due);
        }
    }

    private LogPage? ReadUnlessDue(SqliteSession session, WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes)
    {
        if (LogTable.Find(session, source) is not { } row)
            return new LogPage([], default);
        return retention.IsDue(row, EntryTable.Oldest(session, row.Id), clock.NowMicros())
            ? null
            : new LogPage(EntryTable.ReadWithGone(session, row, after.Value, maxEntries, maxBytes), row.State);
    }

    private static LogPage ReadState(SqliteSession session, WsmqAddress source, WsmqPosition after, WsmqPosition through, int maxEntries, int maxBytes) =>
        LogTable.Find(session, source) is { } row
            ? new LogPage(StateTable.Read(session, row.Id, after.Value, Math.Min(through.Value, row.Tail), maxEntries, maxBytes), row.State)
            : new LogPage([], default);

    private LogPage Trim(SqliteSession session, WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes)
    {
        var row = LogTable.FindOrAdd(session, source);
        retention.Apply(session, row, clock.NowMicros());
        LogTable.Save(session, row);
        return new LogPage(EntryTable.ReadWithGone(session, row, after.Value, maxEntries, maxBytes), row.State);
    }
}
