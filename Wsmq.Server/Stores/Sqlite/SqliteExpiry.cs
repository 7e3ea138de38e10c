namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Removes entries that have expired.</summary>
internal sealed class SqliteExpiry(SqliteEngine engine, WsmqOptions options, TimeProvider clock) : IExpiryStore
{
    // After a power failure they are removed again.
    public Task<ExpiredPart> RemoveAsync(int lane, CancellationToken cancellationToken) =>
        engine.WriteExpendableAsync(Remove, cancellationToken);

    private ExpiredPart Remove(SqliteSession session)
    {
        var through = clock.NowMicros() - options.Delivery.AckGrace.Micros();
        var (rows, removed, bytes) = (new Dictionary<long, LogRow?>(), new List<ExpiredEntry>(), 0L);
        foreach (var (log, position) in ExpiryTable.Ended(session, through, IExpiryStore.MostRemoved))
        {
            if (bytes >= IExpiryStore.MostBytes)
                break;
            ExpiryTable.Forget(session, log, position);
            if (!rows.TryGetValue(log, out var row))
                rows.Add(log, row = Find(session, log));
            if (row is not null && Remove(session, row, position) is { } entry)
            {
                removed.Add(entry);
                bytes += entry.Bytes;
            }
        }

        foreach (var row in rows.Values.OfType<LogRow>())
        {
            ExpiryTable.ForgetGone(session, row.Id, row.Removed);
            LogTable.Save(session, row);
        }

        return new ExpiredPart(removed, ExpiryTable.HasEnded(session, through));
    }

    // Null if it is corrupt: its entries stay until retention removes them.
    private static LogRow? Find(SqliteSession session, long log)
    {
        try
        {
            return LogTable.Find(session, log);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            return null;
        }
    }

    // Null if the entry is gone already, or is corrupt, and stays as such.
    private static ExpiredEntry? Remove(SqliteSession session, LogRow row, long position)
    {
        if (EntryTable.Head(session, row.Id, position) is not var (previous, metadata, bytes) || previous < 0 || previous >= position)
            return null;
        EntryTable.Remove(session, row.Id, position);
        ExpiryTable.AddGone(session, row, position, previous);
        row.Kept--;
        row.Bytes -= bytes;
        return new ExpiredEntry(row.Address, new WsmqPosition(position), metadata, (int)bytes);
    }
}
