

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The cursor of a reader, or the reason for its refusal.</summary>
internal readonly record struct OpenedCursor(OpenCursor Cursor, WsmqError? Refusal)
{
    public static OpenedCursor Refused(WsmqError error) => new(default, error);
}

/// <summary>Opens and moves cursors.</summary>
internal sealed class CursorOperations(WsmqOptions options, SqliteRetention retention, TimeProvider clock)
{
    /// <summary>Returns a member's cursor in a group; changes nothing.</summary>
    public static OpenedCursor OpenGroup(SqliteSession session, WsmqAddress group, string user, string device)
    {
        if (MembershipTable.Joined(session, group.Name, user) is not { } joined)
            return OpenedCursor.Refused(WsmqErrors.ReadNotAllowed);
        var row = LogTable.Find(session, group);
        var cursor = row is null ? null : CursorTable.Find(session, row.Id, user, device);
        return Opened(session, row, user, device, Math.Max(joined, cursor?.Position ?? 0), isNew: cursor?.IsNew ?? true);
    }

    /// <summary>Registers a device with the user's own queue, or updates the time it was last seen.</summary>
    public OpenedCursor OpenOwn(SqliteSession session, WsmqAddress queue, string device)
    {
        var now = clock.NowMicros();
        var since = retention.ExpiredSince(now);
        var row = LogTable.FindOrAdd(session, queue);
        var known = CursorTable.Find(session, row.Id, queue.Name, device);
        var counts = known is not null && known.Seen > since;
        if (!counts && CursorTable.CountOthers(session, row.Id, device, since) >= options.Devices.MaxPerUser)
            return OpenedCursor.Refused(WsmqErrors.TooManyDevices);

        // An expired device continues from its old cursor, so that it is notified of the gap of entries removed in the meantime.
        var position = known?.Position ?? row.Removed;
        CursorTable.Advance(session, row.Id, queue.Name, device, position, now);
        while (CursorTable.Count(session, row.Id) > options.Devices.MaxPerUser
            && CursorTable.LongestAway(session, row.Id, since) is { } away)
            CursorTable.RemoveDevice(session, row.Id, queue.Name, away);
        return Opened(session, row, queue.Name, device, position, isNew: known?.IsNew ?? true);
    }

    /// <summary>
    /// Removes a device from a log; entries that only it held back become removable after the grace. False if it had no cursor.
    /// </summary>
    public bool Forget(SqliteSession session, WsmqAddress source, string user, string device)
    {
        if (LogTable.Find(session, source) is not { } row || !CursorTable.Remove(session, row.Id, user, device))
            return false;
        if (source.Kind != WsmqAddressKind.User)
            return true;
        var now = clock.NowMicros();
        retention.NoteConsumed(session, row, now);
        retention.Apply(session, row, now);
        LogTable.Save(session, row);
        return true;
    }

    /// <summary>A device's cursor in a log; null if it is not a reader of the log.</summary>
    public static long? Find(SqliteSession session, WsmqAddress source, string user, string device)
    {
        var row = LogTable.Find(session, source);
        if (!MayRead(session, row, new AckRequest(source, user, device, default), out var start))
            return null;
        var cursor = row is null ? null : CursorTable.Find(session, row.Id, user, device);
        return Math.Max(start, cursor?.Position ?? 0);
    }

    public (AckResult[] Results, TrackMarks Marks) Acknowledge(SqliteSession session, IReadOnlyList<AckRequest> batch)
    {
        var now = clock.NowMicros();
        var marks = new TrackMarks(now);
        var rows = new LogRows();
        var moved = new HashSet<LogRow>();
        var results = new AckResult[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            results[i] = Acknowledge(session, rows, batch[i], now, marks, out var row);
            if (results[i] == AckResult.Done && row is { Address.Kind: WsmqAddressKind.User })
                moved.Add(row);
        }

        foreach (var row in moved)
        {
            retention.NoteConsumed(session, row, now);
            retention.Apply(session, row, now);
            LogTable.Save(session, row);
        }

        return (results, marks);
    }

    private static OpenedCursor Opened(SqliteSession session, LogRow? row, string user, string device, long position, bool isNew)
    {
        var failures = row is null ? null : DeadLetterTable.Failures(session, row.Id, user, device);
        var cursor = failures is null || failures.Position <= position
            ? new OpenCursor(new WsmqPosition(position))
            : new OpenCursor(new WsmqPosition(position), new WsmqPosition(failures.Position), failures.Silent);
        return new OpenedCursor(cursor with { IsNew = isNew }, null);
    }

    private static AckResult Acknowledge(
        SqliteSession session, LogRows rows, AckRequest request, long now, TrackMarks marks, out LogRow? row)
    {
        row = null;
        try
        {
            row = rows.Find(session, request.Source);
            return Acknowledge(session, row, request, now, marks);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            // Corrupt data of one item; the others are acknowledged nevertheless.
            return AckResult.Corrupt;
        }
    }

    private static AckResult Acknowledge(SqliteSession session, LogRow? row, AckRequest request, long now, TrackMarks marks)
    {
        if (!MayRead(session, row, request, out var start))
            return AckResult.NoReader;
        if (request.Position.Value > (row?.Tail ?? 0))
            return AckResult.BeyondTail;
        if (row is null)
            return AckResult.Done;

        // The start acknowledges nothing. One from before the user joined is of an earlier membership, and leaves a member new.
        if (request.Position == WsmqPosition.Start && start == 0)
            CursorTable.See(session, row.Id, request.User, request.Device, now);
        else if (request.Position.Value >= start)
        {
            var reached = row.Tracked > start && request.Position.Value > start
                ? AcknowledgeTracked(session, row, request, start, marks)
                : request.Position.Value;
            if (reached is { } position)
                CursorTable.Acknowledge(session, row.Id, request.User, request.Device, position, now);
            return reached == request.Position.Value ? AckResult.Done : AckResult.Partial;
        }

        return AckResult.Done;
    }

    // Returns how far the cursor may go: what it passes is marked in the same step. Null for no further than it is.
    private static long? AcknowledgeTracked(SqliteSession session, LogRow row, AckRequest request, long start, TrackMarks marks)
    {
        var (cursor, through) = (
            Math.Max(start, CursorTable.Find(session, row.Id, request.User, request.Device)?.Position ?? 0), request.Position.Value);
        if (row.Tracked <= cursor || through <= cursor)
            return through;
        return row.Address.Kind == WsmqAddressKind.User
            ? marks.Acknowledge(session, row, request.Device, string.Empty, cursor, through)
            : marks.Acknowledge(session, row, request.User, request.Device, cursor, through);
    }

    private static bool MayRead(SqliteSession session, LogRow? row, AckRequest request, out long start)
    {
        start = 0;
        switch (request.Source.Kind)
        {
            case WsmqAddressKind.Group when MembershipTable.Joined(session, request.Source.Name, request.User) is { } joined:
                start = joined;
                return true;
            case WsmqAddressKind.User when request.User == request.Source.Name && row is not null:
                return CursorTable.Find(session, row.Id, request.User, request.Device) is not null;
            default:
                return false;
        }
    }
}
