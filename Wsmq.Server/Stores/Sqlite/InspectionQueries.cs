namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The statements of <see cref="SqliteInspection"/>.</summary>
internal static class InspectionQueries
{
    // After every text that begins with another one: the last character of Unicode is in no name.
    private const string Last = "\U0010FFFF";

    private const string FigureColumns =
        """
        logs.address, logs.tail, logs.removed, coalesce(q.ready + q.delayed + q.leased + q.retrying + q.blocked, logs.kept),
            coalesce(q.bytes, logs.bytes)
        FROM logs LEFT JOIN queues q ON q.id = logs.id
        """;

    public static SqliteRows Addresses(SqliteSession session, string after, string from, int limit) => session.Query(
        $"SELECT {FigureColumns} WHERE address > $after AND address >= $from AND address < $to ORDER BY address LIMIT $limit",
        after, from, from + Last, limit);

    public static AddressFigures? Figures(SqliteSession session, WsmqAddress address) => session.One<AddressFigures?>(
        $"SELECT {FigureColumns} WHERE address = $address", r => FiguresOf(address, r), address.ToString());

    /// <summary>The figures in a row of the two queries above.</summary>
    public static AddressFigures FiguresOf(WsmqAddress address, SqliteRows r) => new(
        address, r.GetInt64(3), r.GetInt64(4), new WsmqPosition(SqlitePosition.Checked(r.GetInt64(1))),
        new WsmqPosition(SqlitePosition.Checked(r.GetInt64(2))));

    /// <summary>The cursors of a user in a log, by device.</summary>
    public static List<LogReaderState> Cursors(SqliteSession session, long log, string user) => session.All(
        """
        SELECT c.device, c.position, c.seen, coalesce(f.position, 0), coalesce(f.reported + f.silent, 0)
        FROM cursors c LEFT JOIN failures f ON f.log = c.log AND f.user = c.user AND f.device = c.device AND f.position > c.position
        WHERE c.log = $log AND c.user = $user ORDER BY c.device
        """,
        r => new LogReaderState(user, r.GetString(0), new WsmqPosition(SqlitePosition.Checked(r.GetInt64(1))), r.GetInt64(2))
        {
            Failing = new WsmqPosition(SqlitePosition.Checked(r.GetInt64(3))), Attempts = r.GetInt32(4),
        },
        log, user);

    public static List<LogReaderState> Members(SqliteSession session, string group, string after, int limit) => session.All(
        "SELECT user, joined FROM memberships WHERE name = $name AND user > $after ORDER BY user LIMIT $limit",
        r => new LogReaderState(r.GetString(0), null, new WsmqPosition(SqlitePosition.Checked(r.GetInt64(1))), 0), group, after, limit);

    public static List<WsmqPosition> Newest(SqliteSession session, long log, int limit) => session.All(
        "SELECT position FROM entries WHERE log = $log ORDER BY position DESC LIMIT $limit", r => new WsmqPosition(r.GetInt64(0)), log, limit);

    // The size of a body is in the header of its row: without its beginning, a large body is not read.
    public static SqliteRows Heads(SqliteSession session, LogRow log, HeadRange range) => session.Query(
        $"""
        SELECT position, metadata, {BodyOf(range.BodyBytes)}, length(body), previous FROM entries
        WHERE log = $log AND position > $after AND position < $before ORDER BY position {(range.Newest ? "DESC" : "ASC")} LIMIT $limit
        """,
        log.Id, range.After.Value, Math.Min(range.Before.Value, log.Tail + 1), range.Max);

    /// <summary>An entry in a row of the query above.</summary>
    public static EntryHead EntryOf(SqliteRows r)
    {
        var head = HeadOf(r, 0);
        return r.GetInt64(4) is >= 0 and var previous && previous < head.Position.Value
            ? head with { Previous = new WsmqPosition(previous) }
            : head with { Defect = EntryHead.InvalidPrevious };
    }

    public static EntryHead HeadOf(SqliteRows r, int column) => new(
        new WsmqPosition(r.GetInt64(column)), r.GetBytes(column + 1), r.GetBytes(column + 2), r.GetInt64(column + 3));

    /// <summary>The expression for the beginning of a body. Of a body without bytes, substr is null.</summary>
    public static string BodyOf(int bytes) =>
        bytes > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"coalesce(substr(body, 1, {bytes}), x'')") : "x''";
}
