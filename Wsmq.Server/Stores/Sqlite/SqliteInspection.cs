namespace Wsmq.Server.Stores.Sqlite;

/// <summary>What operators see of the logs: reads of a bounded number of rows, on the connections for reads.</summary>
internal sealed class SqliteInspection(SqliteEngine engine) : ILogInspection
{
    private const int MostRows = 1_000;
    private const int MostNewest = 10_000;
    private const long MostBytes = 1024 * 1024;

    // In the order of the texts of addresses.
    private static readonly WsmqAddressKind[] Kinds = [WsmqAddressKind.Group, WsmqAddressKind.User, WsmqAddressKind.Work];

    public Task<StorePage<AddressFigures>> AddressesAsync(AddressFilter filter, string? next, int max, CancellationToken cancellationToken)
    {
        if (next is not null && !WsmqAddress.TryParse(next, out _))
            throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
        return engine.ReadAsync(s => s.Snapshot(r => Addresses(r, filter, next, max)), cancellationToken);
    }

    public Task<AddressFigures?> FindAsync(WsmqAddress address, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => InspectionQueries.Figures(s, address), cancellationToken);

    public Task<StorePage<LogReaderState>> ReadersAsync(WsmqAddress source, string? next, int max, CancellationToken cancellationToken) =>
        engine.ReadAsync(
            s => s.Snapshot(r => source.Kind == WsmqAddressKind.Group ? Members(r, source, next, max) : Devices(r, source)), cancellationToken);

    public Task<NewestEntries> NewestAsync(WsmqAddress source, CancellationToken cancellationToken) => engine.ReadAsync(
        s => s.Snapshot(r =>
        {
            if (LogTable.Find(r, source) is not { } row)
                return new NewestEntries([], AreAll: true);
            var positions = InspectionQueries.Newest(r, row.Id, MostNewest);
            return new NewestEntries(positions, positions.Count < MostNewest);
        }),
        cancellationToken);

    public Task<HeadPage> HeadsAsync(WsmqAddress source, HeadRange range, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => s.Snapshot(r => Heads(r, source, range)), cancellationToken);

    private static StorePage<AddressFigures> Addresses(SqliteSession session, AddressFilter filter, string? next, int max)
    {
        var (found, scanned, last) = (new List<AddressFigures>(), 0, next ?? string.Empty);
        foreach (var kind in filter.Kind is { } one ? [one] : Kinds)
        {
            var from = $"{WsmqAddress.Prefix(kind)}:{filter.Name?.Prefix}";
            using var rows = InspectionQueries.Addresses(session, last, from, MostRows - scanned);
            while (rows.Read())
            {
                scanned++;
                last = rows.GetString(0);
                if (WsmqAddress.TryParse(last, out var address) && filter.Name?.Matches(address.Name) != false)
                    found.Add(InspectionQueries.FiguresOf(address, rows));
                if (found.Count >= max || scanned >= MostRows)
                    return new StorePage<AddressFigures>(found, last, scanned);
            }
        }

        return new StorePage<AddressFigures>(found, null, scanned);
    }

    private static StorePage<LogReaderState> Devices(SqliteSession session, WsmqAddress source)
    {
        var devices = LogTable.Find(session, source) is { } row ? InspectionQueries.Cursors(session, row.Id, source.Name) : [];
        return new StorePage<LogReaderState>(devices, null, devices.Count);
    }

    private static StorePage<LogReaderState> Members(SqliteSession session, WsmqAddress group, string? next, int max)
    {
        var members = InspectionQueries.Members(session, group.Name, next ?? string.Empty, max);
        var row = LogTable.Find(session, group);
        var readers = new List<LogReaderState>();
        foreach (var member in members)
        {
            var cursors = row is null ? [] : InspectionQueries.Cursors(session, row.Id, member.User);
            if (cursors.Count == 0)
                readers.Add(member);
            else
                readers.AddRange(cursors);
        }

        return new StorePage<LogReaderState>(readers, members.Count < max ? null : members[^1].User, members.Count);
    }

    private static HeadPage Heads(SqliteSession session, WsmqAddress source, HeadRange range)
    {
        if (LogTable.Find(session, source) is not { } row)
            return new HeadPage([], default, More: false);
        var (heads, bytes) = (new List<EntryHead>(), 0L);
        using var rows = InspectionQueries.Heads(session, row, range);
        var most = Math.Min(MostBytes, range.MostBytes);
        while (heads.Count < range.Max && bytes < most && rows.Read())
        {
            var head = InspectionQueries.EntryOf(rows);
            heads.Add(head);
            bytes += head.Metadata.Length + (range.BodyBytes > 0 ? head.BodyBytes : 0);
        }

        return new HeadPage(heads, row.State, More: heads.Count == range.Max || bytes >= most);
    }
}
