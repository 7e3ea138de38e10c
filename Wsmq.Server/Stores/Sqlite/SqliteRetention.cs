namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Decides which entries to remove: above the limits of count, bytes or age, or acknowledged by every device with the grace over. Always
/// the oldest ones, and what has expired among them counts as removed with them.
/// </summary>
internal sealed class SqliteRetention(WsmqOptions options)
{
    /// <summary>The longest retention age of any kind of log, in µs.</summary>
    public long Longest { get; } = options.Retention.Longest.Micros();

    /// <summary>Devices last seen at or before this time (µs) are expired.</summary>
    public long ExpiredSince(long now) => now - options.Devices.Expiry.Micros();

    /// <summary>Whether a log has entries that a reader must no longer see.</summary>
    public bool IsDue(LogRow row, long? oldest, long now) =>
        oldest is { } position && (IsTooOld(row.Address, position, now) || IsGraceOver(row, now));

    public bool IsTooOld(WsmqAddress address, long position, long now) => position <= Cutoff(address, now);

    /// <summary>Call after a cursor moved: entries that all unexpired devices have acknowledged become removable after the grace.</summary>
    public void NoteConsumed(SqliteSession session, LogRow row, long now)
    {
        if (row.Address.Kind != WsmqAddressKind.User || CursorTable.Slowest(session, row.Id, ExpiredSince(now)) is not { } slowest)
            return;
        row.Consumed = Math.Max(row.Consumed, slowest);
        if (row.PendingDue == 0)
            Pend(row, slowest, now);
    }

    /// <summary>Removes the entries that are due; the caller saves the row.</summary>
    public void Apply(SqliteSession session, LogRow row, long now)
    {
        var rule = options.Retention.For(row.Address.Kind);
        var bound = Math.Max(Cutoff(row.Address, now), Acknowledged(session, row, now));
        var through = EntryTable.NewestUpTo(session, row.Id, bound);
        if (row.Kept > rule.MaxCount)
            through = Math.Max(through, EntryTable.PositionOf(session, row.Id, row.Kept - rule.MaxCount));
        if (row.Bytes > rule.MaxBytes)
            through = Math.Max(through, EntryTable.PositionOfBytes(session, row.Id, row.Tail, row.Bytes - rule.MaxBytes));
        var hasGone = row.Gone > row.Removed;
        if (hasGone)
            through = Math.Max(through, ExpiryTable.NewestGone(session, row.Id, bound));
        if (through <= row.Removed)
            return;
        if (hasGone)
            ExpiryTable.ForgetGone(session, row.Id, through);
        var (count, bytes) = EntryTable.RemoveThrough(session, row.Id, through);
        row.Kept -= count;
        row.Bytes -= bytes;
        row.Removed = through;
    }

    private static bool IsGraceOver(LogRow row, long now) => row.PendingDue > 0 && row.PendingDue <= now;

    // A position is never earlier than the time of its append, so the cutoff never removes an entry too early.
    private long Cutoff(WsmqAddress address, long now) => now - options.Retention.For(address.Kind).MaxAge.Micros();

    private long Acknowledged(SqliteSession session, LogRow row, long now)
    {
        if (!IsGraceOver(row, now))
            return 0;
        // A device that registered during the grace starts at the oldest stored entry, and holds back the entries that it has not read.
        var slowest = CursorTable.Slowest(session, row.Id, ExpiredSince(now)) ?? row.Pending;
        var through = Math.Min(row.Pending, slowest);
        row.Pending = row.PendingDue = 0;
        if (slowest > through)
            Pend(row, slowest, now);
        return through;
    }

    private void Pend(LogRow row, long position, long now)
    {
        if (position <= row.Removed)
            return;
        row.Pending = position;
        row.PendingDue = now + options.Delivery.AckGrace.Micros();
    }
}
