namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The state of one log, with or without entries. Operations change it and save it in the same transaction.</summary>
internal sealed class LogRow
{
    public required long Id { get; init; }

    public required WsmqAddress Address { get; init; }

    public long Tail { get; set; }

    public long Removed { get; set; }

    public long Consumed { get; set; }

    /// <summary>Entries up to this position are removed once <see cref="PendingDue"/> has passed; 0 if none are pending.</summary>
    public long Pending { get; set; }

    public long PendingDue { get; set; }

    /// <summary>The number of stored entries.</summary>
    public long Kept { get; set; }

    /// <summary>The bytes of the stored metadata and bodies.</summary>
    public long Bytes { get; set; }

    public long Membership { get; set; }

    /// <summary>The highest position of a tracked entry; 0 if there never was any. Saved by <see cref="TrackTable.Add"/>.</summary>
    public long Tracked { get; set; }

    /// <summary>
    /// The end of the newest range of entries that have expired and were removed; 0 if there never was any. Saved by <see cref="ExpiryTable"/>.
    /// </summary>
    public long Gone { get; set; }

    /// <summary>The address did not exist before this operation, and no result has told it yet.</summary>
    public bool IsNew { get; set; }

    public LogState State => new(new WsmqPosition(Tail), new WsmqPosition(Removed), new WsmqPosition(Consumed), Membership);
}

internal static class LogTable
{
    private const string Columns = "id, address, tail, removed, consumed, pending, pending_due, kept, membership, bytes, tracked, gone";

    // Each append calls it for each of its addresses: a map with the address in it would allocate more than the row.
    public static LogRow? Find(SqliteSession session, WsmqAddress address, bool isNew = false)
    {
        using var rows = session.Query($"SELECT {Columns} FROM logs WHERE address = $address", address.ToString());
        return rows.Read() ? Map(rows, address, isNew) : null;
    }

    public static LogRow? Find(SqliteSession session, long id) =>
        session.One($"SELECT {Columns} FROM logs WHERE id = $id", r => Map(r, AddressOf(r)), id);

    public static LogRow FindOrAdd(SqliteSession session, WsmqAddress address)
    {
        if (Find(session, address) is { } row)
            return row;
        session.Run("INSERT INTO logs (address) VALUES ($address)", address.ToString());
        return Find(session, address, isNew: true)!;
    }

    public static void Save(SqliteSession session, LogRow row) => session.Run(
        """
        UPDATE logs SET tail = $tail, removed = $removed, consumed = $consumed, pending = $pending, pending_due = $due,
            kept = $kept, membership = $membership, bytes = $bytes WHERE id = $id
        """,
        row.Tail, row.Removed, row.Consumed, row.Pending, row.PendingDue, row.Kept, row.Membership, row.Bytes, row.Id);

    /// <summary>The ids of logs with consumed entries whose grace is over.</summary>
    public static List<long> WithGraceOver(SqliteSession session, long now, int limit) =>
        session.All("SELECT id FROM logs WHERE pending_due > 0 AND pending_due <= $now LIMIT $limit", r => r.GetInt64(0), now, limit);

    /// <summary>The next logs with entries, by id, each with the position of its oldest entry.</summary>
    public static List<(long Id, string Address, long Oldest)> WithEntries(SqliteSession session, long afterId, int limit) => session.All(
        """
        SELECT id, address, (SELECT min(position) FROM entries WHERE log = logs.id) FROM logs
        WHERE id > $after AND kept > 0 ORDER BY id LIMIT $limit
        """,
        r => (r.GetInt64(0), r.GetString(1), r.IsDBNull(2) ? long.MaxValue : r.GetInt64(2)), afterId, limit);

    private static WsmqAddress AddressOf(SqliteRows r) =>
        WsmqAddress.TryParse(r.GetString(1), out var address, out _)
            ? address
            : throw new WsmqException(WsmqErrors.StoreCorrupt, "invalid address");

    private static LogRow Map(SqliteRows r, WsmqAddress address, bool isNew = false) => new()
    {
        Id = r.GetInt64(0),
        Address = address,
        Tail = SqlitePosition.Checked(r.GetInt64(2)),
        Removed = SqlitePosition.Checked(r.GetInt64(3)),
        Consumed = SqlitePosition.Checked(r.GetInt64(4)),
        Pending = SqlitePosition.Checked(r.GetInt64(5)),
        PendingDue = r.GetInt64(6),
        Kept = r.GetInt64(7),
        Membership = r.GetInt64(8),
        Bytes = r.GetInt64(9),
        Tracked = r.GetInt64(10),
        Gone = r.GetInt64(11),
        IsNew = isNew,
    };
}

/// <summary>The logs that one operation touches: each is loaded once and saved once.</summary>
internal sealed class LogRows
{
    private readonly Dictionary<WsmqAddress, LogRow> _rows = [];

    public Dictionary<WsmqAddress, LogRow>.ValueCollection All => _rows.Values;

    /// <summary>Begins another operation.</summary>
    public void Clear() => _rows.Clear();

    public LogRow FindOrAdd(SqliteSession session, WsmqAddress address) =>
        Find(session, address) ?? (_rows[address] = LogTable.FindOrAdd(session, address));

    public LogRow? Find(SqliteSession session, WsmqAddress address)
    {
        if (_rows.TryGetValue(address, out var row))
            return row;
        if (LogTable.Find(session, address) is { } found)
            return _rows[address] = found;
        return null;
    }
}
