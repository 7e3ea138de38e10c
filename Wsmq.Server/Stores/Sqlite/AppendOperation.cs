using System.Globalization;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The results of an append, and the entries to signal once it is committed.</summary>
internal readonly record struct Appended(
    AppendResult[] Results, IReadOnlyList<(WsmqAddress To, LogEntry Entry)> Entries, IReadOnlyList<(WsmqAddress Queue, WsmqPosition Tail)> Queues);

internal sealed class AppendOperation(WsmqOptions options, SqliteRetention retention, TimeProvider clock)
{
    // Of the call that runs, on the thread of the writer. Reused, because new ones would be allocated and would grow in each call.
    private readonly LogRows _rows = new();
    private readonly Dictionary<WsmqAddress, JobQueue> _queues = [];
    private readonly BatchProducers _producers = new(options);

    public Appended Run(SqliteSession session, IReadOnlyList<AppendRequest> batch)
    {
        var now = clock.NowMicros();
        _rows.Clear();
        _queues.Clear();
        _producers.Clear();
        var results = new AppendResult[batch.Count];
        var entries = new List<(WsmqAddress, LogEntry)>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
            results[i] = Append(session, batch[i], now, entries);

        foreach (var row in _rows.All)
        {
            if (row.Address.Kind != WsmqAddressKind.Work)
                retention.Apply(session, row, now);
            LogTable.Save(session, row);
        }

        foreach (var queue in _queues.Values)
            queue.Save();
        _producers.Save(session, now);
        return new Appended(results, entries, _queues.Count == 0 ? [] : Queues());
    }

    private List<(WsmqAddress, WsmqPosition)> Queues() =>
        [.. _rows.All.Where(r => _queues.ContainsKey(r.Address)).Select(r => (r.Address, new WsmqPosition(r.Tail)))];

    private AppendResult AddJob(SqliteSession session, in AppendRequest request, long now)
    {
        var log = _rows.FindOrAdd(session, request.To);
        if (HasId(request) && MessageIdTable.Find(session, log.Id, request.Sender, request.Id, now) is { } known)
            return new AppendResult(known, Duplicate: true);
        var terms = request.Job ?? JobTerms.Default;
        if (terms.Unique.Length > 0 && JobTable.WithUnique(session, log.Id, terms.Unique) is { } other)
            return new AppendResult(other, Duplicate: true) { IsUniqueTaken = true };
        if (!_queues.TryGetValue(request.To, out var queue))
            queue = new JobQueue(session, QueueTable.Load(session, log), now);
        if (queue.Row.Waiting >= terms.MaxWaiting || queue.Row.Bytes + request.Bytes > terms.MaxBytes)
            return AppendResult.QueueFull;

        TryPlace(session, log, request, now, out var position);
        queue.Add(position, request, terms);
        log.Tail = position.Value;
        _queues[request.To] = queue;
        return new AppendResult(position, Duplicate: false);
    }

    // Corrupt data fails its own item only: nothing of the item has been written at that point.
    private AppendResult Append(SqliteSession session, in AppendRequest request, long now, List<(WsmqAddress, LogEntry)> entries)
    {
        try
        {
            if (request.Number is { } number && _producers.Refuse(session, number, now) is { } refused)
                return refused;
            return request.Log?.Sequence is { } sequence ? AppendInSequence(session, request, sequence, now, entries) : Store(session, request, now, entries);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            if (request.Delay?.Waited is { } key)
                DelayedTable.Postpone(session, KeyOf(key), now + IDelayedMessages.PauseOfCorrupt.Micros());
            return AppendResult.Corrupt;
        }
    }

    private AppendResult AppendInSequence(
        SqliteSession session, AppendRequest request, SequenceTerms sequence, long now, List<(WsmqAddress, LogEntry)> entries) =>
        SequenceTable.Append(session, sequence, now, () => Store(session, request, now, entries));

    private AppendResult Store(SqliteSession session, in AppendRequest request, long now, List<(WsmqAddress, LogEntry)> entries) =>
        request.To.Kind == WsmqAddressKind.Work ? AddJob(session, request, now) : AppendToLog(session, request, now, entries);

    private AppendResult AppendToLog(SqliteSession session, in AppendRequest request, long now, List<(WsmqAddress, LogEntry)> entries)
    {
        if (request.Delay is { Waited: null } terms && DelayedRequest.DueAt(terms, now) is var due && (due > now || DelayedTable.HasDue(session, due)))
            return Delay(session, request, now, due);
        if (request.Log is { } log && Judge(session, request, log, now) is { } judged)
            return judged;
        var row = request.MayCreate ? _rows.FindOrAdd(session, request.To) : _rows.Find(session, request.To);
        return row is null ? AppendResult.NoAddress : Append(session, row, request, now, entries);
    }

    private AppendResult Append(SqliteSession session, LogRow row, in AppendRequest request, long now, List<(WsmqAddress, LogEntry)> entries)
    {
        if (!TryPlace(session, row, request, now, out var position))
            return new AppendResult(MessageIdTable.PositionOf(session, row.Id, request.Sender, request.Id), Duplicate: true);
        if (request.Delay?.Waited is { } key && !DelayedTable.Remove(session, KeyOf(key)))
            return new AppendResult(WsmqPosition.Start, Duplicate: true);

        var entry = new LogEntry(position, new WsmqPosition(row.Tail), request.Metadata, request.Body);
        EntryTable.Insert(session, row.Id, entry);

        // Room was looked for before, but for what has waited.
        if (request.Log is { } terms && (request.Delay?.Waited is null || StateTable.HasRoom(session, row, request, terms)))
            StateTable.Apply(session, row.Id, terms, entry);
        if (request.Log?.Track is { } track)
            TrackTable.Add(session, row, track, request.Log.Life, position.Value);
        if (request.Log is { Life: > 0 and var life } && life < options.Retention.For(row.Address.Kind).MaxAge.Micros())
            ExpiryTable.Note(session, row, position.Value, position.Value + life);
        if (request.IsNoted)
            UnacknowledgedTable.Note(session, request.To, now + options.Unacknowledged.DueAfter, row.Tail);
        var created = Created(row);
        row.Tail = position.Value;
        row.Kept++;
        row.Bytes += entry.Bytes;
        entries.Add((row.Address, entry));
        if (request.Number is { } number)
            _producers.Add(session, number, now);
        return new AppendResult(entry.Position, Duplicate: false) { Created = created };
    }

    // The result of a message that is stored already, or that its terms forbid; null if it is to be appended. Its address is not created here.
    private AppendResult? Judge(SqliteSession session, in AppendRequest request, LogTerms terms, long now)
    {
        var row = _rows.Find(session, request.To);
        if (row is not null && HasId(request) && MessageIdTable.Find(session, row.Id, request.Sender, request.Id, now) is { } known)
            return new AppendResult(known, Duplicate: true);
        if (row is null && !request.MayCreate)
            return AppendResult.NoAddress;
        var tail = new WsmqPosition(row?.Tail ?? 0);
        if (terms.ExpectedTail is { } expected && expected != tail)
            return AppendResult.Conflict(tail);

        // One that has waited was judged, and has no sender any more who could be told.
        return request.Delay?.Waited is null ? RefusalFor(session, row, request, terms, now) : null;
    }

    // The refusal of a message for whose state or record there is no room.
    private static AppendResult? RefusalFor(SqliteSession session, LogRow? row, in AppendRequest request, LogTerms terms, long now) =>
        !StateTable.HasRoom(session, row, request, terms) ? AppendResult.StateFull
        : terms.Track is { } track && !TrackTable.HasRoom(session, track, now) ? AppendResult.TooManyTracked
        : null;

    // Its id is stored, without a position, as if it were in the log.
    private AppendResult Delay(SqliteSession session, in AppendRequest request, long now, long due)
    {
        if (DelayedTable.Has(session, request.To, request.Sender, request.Id))
            return new AppendResult(WsmqPosition.Start, Duplicate: true);
        var row = _rows.Find(session, request.To);
        if (row is not null && HasId(request) && MessageIdTable.Find(session, row.Id, request.Sender, request.Id, now) is { } known)
            return new AppendResult(known, Duplicate: true);
        if (row is null && !request.MayCreate)
            return AppendResult.NoAddress;

        // When it is due, no sender is there to be told.
        if (request.Log is { } terms && RefusalFor(session, row, request, terms, now) is { } refused)
            return refused;
        var most = request.Delay!.MaxWaiting;
        if (most < int.MaxValue && DelayedTable.Count(session, request.Sender, most) >= most)
            return AppendResult.TooManyWaiting;

        row ??= _rows.FindOrAdd(session, request.To);
        if (HasId(request))
            MessageIdTable.TryAdd(session, row.Id, request.Sender, request.Id, 0, now, now + options.Publish.DeduplicationWindow.Micros());
        DelayedTable.Add(session, request, due);
        return new AppendResult(new WsmqPosition(due), Duplicate: false) { IsWaiting = true, Created = Created(row) };
    }

    // Whether it is recognized by its id: not by its number, and not because it still waits.
    private static bool HasId(in AppendRequest request) =>
        request.Number is null && request.Log?.Sequence is null && request.Delay?.Waited is null;

    private static long KeyOf(string waited) => long.Parse(waited, CultureInfo.InvariantCulture);

    private static bool Created(LogRow row)
    {
        var created = row is { IsNew: true, Tail: 0 };
        row.IsNew = false;
        return created;
    }

    // The next position of a log or queue, stored with the id of a message without a number that has not waited; false if that id is stored already.
    private bool TryPlace(SqliteSession session, LogRow row, in AppendRequest request, long now, out WsmqPosition position)
    {
        // Not the clock alone: it may have been set back, and even an emptied log must not reuse a position.
        position = new WsmqPosition(SqlitePosition.Checked(Math.Max(now, row.Tail + 1)));
        return !HasId(request) || MessageIdTable.TryAdd(
            session, row.Id, request.Sender, request.Id, position.Value, now, now + options.Publish.DeduplicationWindow.Micros());
    }
}
