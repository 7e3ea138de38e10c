namespace Wsmq.Server.Stores.Sqlite;

internal sealed class SqliteAccess(SqliteEngine engine, TimeProvider clock) : IAccessStore
{
    public event Action? Changed;

    public async Task WriteAsync(AccessRule rule, int most, CancellationToken cancellationToken)
    {
        var kept = await engine.WriteAsync(s => TryWrite(s, rule, most), cancellationToken).ConfigureAwait(false);
        if (!kept)
            throw new WsmqException(WsmqErrors.StoreFull, $"the limit of {most} revocations and bans is reached");
        Changed?.Invoke();
    }

    public Task<AccessPage> ReadAsync(long after, int most, CancellationToken cancellationToken) => engine.ReadAsync(
        s => s.Snapshot(r => new AccessPage(AccessTable.Newest(r), AccessTable.After(r, after, most))), cancellationToken);

    private bool TryWrite(SqliteSession session, AccessRule rule, int most)
    {
        var micros = clock.NowMicros();
        AccessTable.Purge(session, micros / 1000);
        if (rule.Kind != AccessRuleKind.AllBefore && !AccessTable.Has(session, rule) && AccessTable.Count(session) >= most)
            return false;
        AccessTable.Write(session, rule, Math.Max(micros, AccessTable.Newest(session) + 1));
        return true;
    }
}
