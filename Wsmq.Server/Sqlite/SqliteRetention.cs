namespace Wsmq.Server.Sqlite;

/// <summary>
/// Decides which entries go: too many, too much, too old, or acknowledged by every device with the grace over. Only from the old end.
/// </summary>
internal sealed class SqliteRetention(WsmqOptions options)
{
    /// <summary>After so many µs nothing of any log is kept.</summary>
    public long Longest { get; } = options.Retention.Longest.Micros();

    /// <summary>Devices last seen at or before this moment are expired.</summary>
    public long ExpiredSince(long now) => now - options.DeviceExpiry.Micros();

    /// <summary>Whether a log has entries that a reader must no longer see.</summary>
    public bool IsDue(LogRow row, long? oldest, long now) =>
        oldest is { } position && (IsTooOld(row.Address, position, now) || IsGraceOver(row, now));

    public bool IsTooOld(WsmqAddress address, long position, long now) => position <= Cutoff(address, now);

    /// <summary>After a cursor moved: what every device that counts has acknowledged becomes removable after the grace.</summary>
    public void NoteConsumed(SqliteSession session, LogRow row, long now)
    {
        if (row.Address.Kind != WsmqAddressKind.User || CursorTable.Slowest(session, row.Id, ExpiredSince(now)) is not { } slowest)
            return;
        row.Consumed = Math.Max(row.Consumed, slowest);
        if (row.PendingDue == 0)
            Pend(row, slowest, now);
    }

    /// <summary>Removes what has to go; the caller saves the row.</summary>
    public void Apply(SqliteSession session, LogRow row, long now)
    {
        var rule = options.Retention.For(row.Address.Kind);
        var bound = Math.Max(Cutoff(row.Address, now), Acknowledged(session, row, now));
        var through = EntryTable.NewestUpTo(session, row.Id, bound);
        if (row.Kept > rule.MaxCount)
            through = Math.Max(through, EntryTable.PositionOf(session, row.Id, row.Kept - rule.MaxCount));
        if (row.Bytes > rule.MaxBytes)
            through = Math.Max(through, EntryTable.PositionOfBytes(session, row.Id, row.Tail, row.Bytes - rule.MaxBytes));
        if (through <= row.Removed)
            return;
        var (count, bytes) = EntryTable.RemoveThrough(session, row.Id, through);
        row.Kept -= count;
        row.Bytes -= bytes;
        row.Removed = through;
    }

    private static bool IsGraceOver(LogRow row, long now) => row.PendingDue > 0 && row.PendingDue <= now;

    // A position is never before the moment of its append, so that it says how old the entry is at most.
    private long Cutoff(WsmqAddress address, long now) => now - options.Retention.For(address.Kind).MaxAge.Micros();

    private long Acknowledged(SqliteSession session, LogRow row, long now)
    {
        if (!IsGraceOver(row, now))
            return 0;
        // A device that registered during the grace starts at the oldest entry kept, and holds back what it has not read.
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
        row.PendingDue = now + options.AckGrace.Micros();
    }
}
