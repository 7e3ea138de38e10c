namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The results of an append, and the entries to signal once it is committed.</summary>
internal sealed record Appended(
    AppendResult[] Results, IReadOnlyList<(WsmqAddress To, LogEntry Entry)> Entries, IReadOnlyList<(WsmqAddress Queue, WsmqPosition Tail)> Queues);

internal sealed class AppendOperation(WsmqOptions options, SqliteRetention retention, TimeProvider clock)
{
    public Appended Run(SqliteSession session, IReadOnlyList<AppendRequest> batch)
    {
        var now = clock.NowMicros();
        var rows = new LogRows(session);
        var results = new AppendResult[batch.Count];
        var entries = new List<(WsmqAddress, LogEntry)>(batch.Count);
        var queues = new Dictionary<WsmqAddress, JobQueue>();
        for (var i = 0; i < batch.Count; i++)
            results[i] = Append(session, rows, queues, batch[i], now, entries);

        foreach (var row in rows.All)
        {
            if (row.Address.Kind != WsmqAddressKind.Work)
                retention.Apply(session, row, now);
            LogTable.Save(session, row);
        }

        foreach (var queue in queues.Values)
            queue.Save();
        return new Appended(results, entries, [.. rows.All.Where(r => queues.ContainsKey(r.Address)).Select(r => (r.Address, new WsmqPosition(r.Tail)))]);
    }

    private AppendResult AddJob(
        SqliteSession session, LogRows rows, Dictionary<WsmqAddress, JobQueue> queues, in AppendRequest request, long now)
    {
        var log = rows.FindOrAdd(request.To);
        if (MessageIdTable.Find(session, log.Id, request.Sender, request.Id, now) is { } known)
            return new AppendResult(known, Duplicate: true);
        var terms = request.Job ?? JobTerms.Default;
        if (terms.Unique.Length > 0 && JobTable.WithUnique(session, log.Id, terms.Unique) is { } other)
            return new AppendResult(other, Duplicate: true) { IsUniqueTaken = true };
        if (!queues.TryGetValue(request.To, out var queue))
            queue = new JobQueue(session, QueueTable.Load(session, log), now);
        if (queue.Row.Waiting >= terms.MaxWaiting || queue.Row.Bytes + request.Bytes > terms.MaxBytes)
            return AppendResult.QueueFull;

        TryPlace(session, log, request, now, out var position);
        queue.Add(position, request, terms);
        log.Tail = position.Value;
        queues[request.To] = queue;
        return new AppendResult(position, Duplicate: false);
    }

    // Corrupt data fails its own item only: nothing of the item has been written at that point.
    private AppendResult Append(
        SqliteSession session, LogRows rows, Dictionary<WsmqAddress, JobQueue> queues, AppendRequest request, long now,
        List<(WsmqAddress, LogEntry)> entries)
    {
        try
        {
            if (request.To.Kind == WsmqAddressKind.Work)
                return AddJob(session, rows, queues, request, now);
            var row = request.MayCreate ? rows.FindOrAdd(request.To) : rows.Find(request.To);
            return row is null ? AppendResult.NoAddress : Append(session, row, request, now, entries);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            return AppendResult.Corrupt;
        }
    }

    private AppendResult Append(SqliteSession session, LogRow row, AppendRequest request, long now, List<(WsmqAddress, LogEntry)> entries)
    {
        if (!TryPlace(session, row, request, now, out var position))
            return new AppendResult(MessageIdTable.PositionOf(session, row.Id, request.Sender, request.Id), Duplicate: true);

        var entry = new LogEntry(position, new WsmqPosition(row.Tail), request.Metadata, request.Body);
        EntryTable.Insert(session, row.Id, entry);
        var created = row is { IsNew: true, Tail: 0 };
        row.Tail = position.Value;
        row.Kept++;
        row.Bytes += entry.Bytes;
        entries.Add((row.Address, entry));
        return new AppendResult(entry.Position, Duplicate: false) { Created = created };
    }

    // The next position of a log or queue, stored with the id of its message; false if that id is stored already.
    private bool TryPlace(SqliteSession session, LogRow row, in AppendRequest request, long now, out WsmqPosition position)
    {
        // Not the clock alone: it may have been set back, and even an emptied log must not reuse a position.
        position = new WsmqPosition(SqlitePosition.Checked(Math.Max(now, row.Tail + 1)));
        return MessageIdTable.TryAdd(
            session, row.Id, request.Sender, request.Id, position.Value, now, now + options.Publish.DeduplicationWindow.Micros());
    }
}
