namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The storage accounts of users. A power failure loses at most a few seconds of charges, so no call waits for the disk.</summary>
internal sealed class SqliteUsage(SqliteEngine engine, SqliteRoom room, WsmqOptions options, TimeProvider clock) : IUsageStore
{
    // Overhead: the row with its two indexes, the id with its own index, and the unused part of the last page of a large body.
    private const int OfAnEntry = 512;
    private const int OfAnAddress = 512;

    public long Capacity => room.Capacity;

    private long Age => options.Retention.Longest.Micros();

    public long CostOf(int bytes) => bytes + (bytes / 8) + OfAnEntry;

    public long CostOfAddress(WsmqAddress address) => OfAnAddress;

    public Task<UsageSum> AddAsync(string user, UsageCharge charge, CancellationToken cancellationToken) =>
        engine.WriteExpendableAsync(s => Add(s, user, charge), cancellationToken);

    public Task<IReadOnlyList<UsagePart>> PartsAsync(string user, CancellationToken cancellationToken) => engine.ReadAsync<IReadOnlyList<UsagePart>>(
        s => [.. UsageTable.All(s, user).Where(p => p.Name != UsageNames.General).Select(p => new UsagePart(p.Name, p.Marks))],
        cancellationToken);

    public Task<long> ChangeAsync(string user, IReadOnlyList<UsageChange> changes, CancellationToken cancellationToken) =>
        engine.WriteExpendableAsync(s => Change(s, user, changes), cancellationToken);

    public async Task ReleaseAsync(string user, IReadOnlyList<UsageItem> items, CancellationToken cancellationToken) =>
        await engine.WriteExpendableAsync(s => Release(s, user, items), cancellationToken).ConfigureAwait(false);

    private UsageSum Add(SqliteSession session, string user, UsageCharge charge)
    {
        var now = clock.NowMicros();
        var row = UsageTable.Find(session, user);
        if (row is null && charge.Items.Count == 0 && charge.Permanent == 0)
            return default;
        row ??= new UsageRow();
        var before = UsageMarks.Whole(UsageTable.Marks(session, user, UsageNames.General));
        var general = UsageMarks.Without(before, now - Age);
        row.Bytes -= UsageMarks.Sum(before) - UsageMarks.Sum(general);
        foreach (var item in charge.Items)
        {
            if (!TryAddApart(session, user, row, item, charge.Apart, now))
            {
                general = UsageMarks.With(general, item.Last.Value, item.Bytes, Math.Max(1, Age / UsageNames.GeneralQuanta));
                row.Bytes += item.Bytes;
            }
        }

        if (general != before)
            UsageTable.Set(session, user, UsageNames.General, general);
        row.Permanent += charge.Permanent;
        row.Bytes = Math.Max(0, row.Bytes + charge.Permanent);
        row.Paid = Math.Max(row.Paid, now) + charge.Ahead.Micros();
        UsageTable.Save(session, user, row, now);
        return new UsageSum(row.Bytes, TimeSpan.FromMicroseconds(row.Paid - now));
    }

    private bool TryAddApart(SqliteSession session, string user, UsageRow row, UsageItem item, long apart, long now)
    {
        if (item.Name == UsageNames.General)
            return false;
        var known = UsageTable.Marks(session, user, item.Name);
        if (known is null && (row.Names >= UsageNames.Most || row.Bytes + item.Bytes <= apart))
            return false;
        var before = UsageMarks.Whole(known);
        var rest = UsageMarks.Without(before, now - Age);
        row.Bytes += item.Bytes + UsageMarks.Sum(rest) - UsageMarks.Sum(before);
        row.Names += known is null ? 1 : 0;
        UsageTable.Set(session, user, item.Name, UsageMarks.With(rest, item.Last.Value, item.Bytes, UsageNames.LogQuantum));
        return true;
    }

    private bool Release(SqliteSession session, string user, IReadOnlyList<UsageItem> items)
    {
        if (UsageTable.Find(session, user) is not { } row)
            return false;
        foreach (var item in items)
        {
            var (marks, bytes) = UsageMarks.Released(UsageMarks.Whole(UsageTable.Marks(session, user, item.Name)), item.Last.Value, item.Bytes);
            if (bytes == 0)
                continue;
            row.Bytes = Math.Max(0, row.Bytes - bytes);
            UsageTable.Set(session, user, item.Name, marks);
        }

        UsageTable.Save(session, user, row, clock.NowMicros());
        return true;
    }

    private long Change(SqliteSession session, string user, IReadOnlyList<UsageChange> changes)
    {
        if (UsageTable.Find(session, user) is not { } row)
            return 0;
        foreach (var change in changes)
        {
            if (UsageTable.Marks(session, user, change.Name) != change.Before)
                continue;
            row.Bytes = Math.Max(0, row.Bytes - change.Bytes);
            row.Names -= change.After.Length == 0 ? 1 : 0;
            if (change.After.Length == 0)
                UsageTable.Remove(session, user, change.Name);
            else
                UsageTable.Set(session, user, change.Name, change.After);
        }

        UsageTable.Save(session, user, row, clock.NowMicros());
        return row.Bytes;
    }
}
