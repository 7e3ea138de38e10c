using System.Globalization;
namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Scans the dead letters of all users, by the time of dead-lettering.</summary>
internal static class DeadLetterScans
{
    private const int MostRows = 1_000;
    private const long MostBytes = 1024 * 1024;

    /// <summary>The time and the row after which a step begins.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static (long At, long Row) Parse(string? next)
    {
        if (next is null)
            return default;
        var parts = next.Split('.');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? (at, row)
            : throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
    }

    public static StorePage<DeadLetterHead> Step(SqliteSession session, DeadLetterScan scan, (long At, long Row) after, int max, long now)
    {
        var (found, scanned, bytes) = (new List<DeadLetterHead>(), 0, 0L);
        using var rows = Rows(session, scan, after, now);
        while (rows.Read())
        {
            scanned++;
            after = (rows.GetInt64(0), rows.GetInt64(1));
            if ((scan.User is null || scan.User == rows.GetString(2)) && WsmqAddress.TryParse(rows.GetString(3), out var source)
                && (scan.Source is null || scan.Source == source))
            {
                found.Add(Head(rows, source, scan.WithEntry));
                bytes += scan.WithEntry ? rows.GetInt64(10) + rows.GetBytes(8).Length : 0;
            }

            if (found.Count >= max || scanned >= MostRows || bytes >= MostBytes)
                return new StorePage<DeadLetterHead>(found, string.Create(CultureInfo.InvariantCulture, $"{after.At}.{after.Row}"), scanned);
        }

        return new StorePage<DeadLetterHead>(found, null, scanned);
    }

    private static SqliteRows Rows(SqliteSession session, DeadLetterScan scan, (long At, long Row) after, long now) => session.Query(
        $"""
        SELECT d.at, d.rowid, d.user, l.address, d.device, d.attempts, d.reason, d.position, {(scan.WithEntry ? "d.metadata" : "x''")},
            {InspectionQueries.BodyOf(scan.WithEntry ? scan.BodyBytes : 0)}, length(d.body)
        FROM dead_letters d JOIN logs l ON l.id = d.log
        WHERE d.at >= $from AND d.at <= $until AND (d.at, d.rowid) > ($at, $row) AND d.expires > $now ORDER BY d.at, d.rowid LIMIT $limit
        """,
        Math.Max(scan.From, after.At), scan.Until, after.At, after.Row, now, MostRows);

    private static DeadLetterHead Head(SqliteRows r, WsmqAddress source, bool withEntry)
    {
        var key = new DeadLetterKey(source, new WsmqPosition(SqlitePosition.Checked(r.GetInt64(7))), r.GetString(4));
        var letter = new StoredDeadLetter(key, r.GetInt32(5), r.GetInt64(0), r.GetString(6), null);
        return new DeadLetterHead(r.GetString(2), letter, withEntry ? InspectionQueries.HeadOf(r, 7) : null);
    }
}
