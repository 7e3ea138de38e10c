namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Marks tracked entries within one operation, and collects the changes of which nodes are told once it is committed.</summary>
internal sealed class TrackMarks(long now)
{
    private readonly List<TrackedChange> _changes = [];
    private int _left = ITrackingStore.MostAtOnce;

    /// <summary>What can become of an entry for a reader.</summary>
    private enum Mark
    {
        Delivered = 0,
        Acknowledged,
        Ended,
        Skipped,
    }

    public IReadOnlyList<TrackedChange> Changes => _changes;

    public void Deliver(SqliteSession session, LogRow row, TrackedDelivery delivery)
    {
        var position = delivery.Position.Value;
        var isMarked = Set(session, row, position, delivery.Reader, delivery.IsSkipped ? Mark.Skipped : Mark.Delivered, delivery.At);
        if (delivery.Device.Length == 0)
            return;
        if (!delivery.IsSkipped)
            TrackTable.RemoveSkip(session, row.Id, position, delivery.Reader, delivery.Device);
        else if (isMarked)
            TrackTable.AddSkip(session, row.Id, position, delivery.Reader, delivery.Device);
    }

    public void DeadLetter(SqliteSession session, LogRow row, long position, string reader) =>
        Set(session, row, position, reader, Mark.Ended, now, TrackedEnd.DeadLettered);

    /// <summary>
    /// Marks what a cursor passes, but only the first entries, at most as many as the operation may change. An entry that was not delivered is not
    /// acknowledged if its time to live is over, or the log does not have it any more; nor is one that was skipped for the device of a member.
    /// Returns how far the cursor may go; null for not at all.
    /// </summary>
    /// <param name="session">The operation.</param>
    /// <param name="row">The log.</param>
    /// <param name="reader">The device, of a user's own queue; the user, of a group.</param>
    /// <param name="device">Of a group, the device of the user; else empty.</param>
    /// <param name="after">Where the cursor is.</param>
    /// <param name="through">Where it is to be.</param>
    public long? Acknowledge(SqliteSession session, LogRow row, string reader, string device, long after, long through)
    {
        var passed = TrackTable.Between(session, row.Id, after, through, now, _left + 1);
        long? reached = passed.Count <= _left ? through : _left > 0 ? passed[_left - 1] : null;
        var marked = passed.Take(_left).ToList();
        _left -= marked.Count;
        foreach (var position in marked)
        {
            if (device.Length > 0 && TrackTable.HasSkip(session, row.Id, position, reader, device))
                continue;
            var isDelivered = TrackTable.Reader(session, row.Id, position, reader) is { DeliveredAt: > 0 };
            if (!isDelivered && TrackTable.Find(session, row, position, now) is { Entry.Ends: > 0 and var ends } && ends <= now)
                Set(session, row, position, reader, Mark.Ended, now, TrackedEnd.Expired);
            else if (!isDelivered && EntryTable.NewestUpTo(session, row.Id, position) != position)
                Set(session, row, position, reader, Mark.Ended, now, TrackedEnd.Lost);
            else
                Set(session, row, position, reader, Mark.Acknowledged, now);
        }

        return reached;
    }

    // Returns whether the record lists the reader.
    private bool Set(SqliteSession session, LogRow row, long position, string name, Mark mark, long at, TrackedEnd end = TrackedEnd.None)
    {
        if (TrackTable.Find(session, row, position, now) is not var (entry, watcher, most))
            return false;
        var known = TrackTable.Reader(session, row.Id, position, name);
        var before = known ?? new TrackedReader(name, 0, 0, 0, TrackedEnd.None);
        var after = mark switch
        {
            Mark.Delivered when before is { DeliveredAt: 0, End: TrackedEnd.Skipped } => new TrackedReader(name, at, 0, 0, TrackedEnd.None),
            Mark.Delivered when before.DeliveredAt == 0 => before with { DeliveredAt = at },
            Mark.Skipped when before is { DeliveredAt: 0, AcknowledgedAt: 0, EndedAt: 0 } => before with { EndedAt = at, End = TrackedEnd.Skipped },
            Mark.Acknowledged when before is { AcknowledgedAt: 0, End: not TrackedEnd.Skipped } =>
                before with { DeliveredAt = before.DeliveredAt == 0 ? at : before.DeliveredAt, AcknowledgedAt = at },
            Mark.Ended when before is { AcknowledgedAt: 0, EndedAt: 0 } => before with { EndedAt = at, End = end },
            _ => before,
        };
        if (after == before)
            return known is not null;

        // Of a reader that is not listed each delivery is counted by itself.
        var isListed = known is not null || TrackTable.CountReaders(session, row.Id, position) < most;
        if (!isListed && mark == Mark.Skipped)
            return false;
        var isFirstDelivery = before.DeliveredAt == 0 && after.DeliveredAt > 0 && (isListed || mark == Mark.Delivered);
        if (isListed)
            TrackTable.SaveReader(session, row.Id, position, after);
        entry = entry with
        {
            Delivered = entry.Delivered + (isFirstDelivery ? 1 : 0),
            Acknowledged = entry.Acknowledged + (mark == Mark.Acknowledged ? 1 : 0),
            Expired = entry.Expired + (end == TrackedEnd.Expired ? 1 : 0),
            DeadLettered = entry.DeadLettered + (end == TrackedEnd.DeadLettered ? 1 : 0),
            Lost = entry.Lost + (end == TrackedEnd.Lost ? 1 : 0),
            Readers = [after],
        };
        TrackTable.SaveCounts(session, row.Id, entry);
        if (watcher.Length > 0)
            _changes.Add(new TrackedChange(watcher, entry));
        return isListed;
    }
}
