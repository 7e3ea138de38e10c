namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Addresses that are noted, in a table. There is one node, but it may have ended while it had taken some.</summary>
internal sealed class SqliteUnacknowledged(SqliteEngine engine, TimeProvider clock) : IUnacknowledgedStore
{
    public async Task<TakenAddresses> TakeAsync(int lane, TimeSpan lease, int max, CancellationToken cancellationToken)
    {
        // Mostly nothing is due, and the writer need not be asked.
        var first = await engine.ReadAsync(s => s.Snapshot(UnacknowledgedTable.First), cancellationToken).ConfigureAwait(false);
        return first is { } due && due <= clock.NowMicros()
            ? await engine.WriteExpendableAsync(s => Take(s, lease, max), cancellationToken).ConfigureAwait(false)
            : new TakenAddresses([], Until(first));
    }

    public Task<AddressReach?[]> ReachesAsync(IReadOnlyList<WsmqAddress> addresses, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => s.Snapshot(r => addresses.Select(a => ReachOf(r, a)).ToArray()), cancellationToken);

    public Task<TakenAddress?> BeginAsync(TakenAddress address, TimeSpan lease, CancellationToken cancellationToken)
    {
        // Later in any case: it names the lease.
        var token = Math.Max(clock.NowMicros(), address.Token) + lease.Micros();
        return engine.WriteExpendableAsync(
            s => UnacknowledgedTable.Begin(s, address.Address, address.Token, token) is { } row
                ? new TakenAddress(address.Address, new WsmqPosition(row.Position), row.Attempts, token)
                : null,
            cancellationToken);
    }

    public Task SettleAsync(IReadOnlyList<SettledAddress> addresses, CancellationToken cancellationToken) =>
        engine.WriteExpendableAsync(
            s =>
            {
                foreach (var settled in addresses)
                    Settle(s, settled);
                return true;
            },
            cancellationToken);

    private TakenAddresses Take(SqliteSession session, TimeSpan lease, int max)
    {
        var (now, taken) = (clock.NowMicros(), new List<TakenAddress>());
        var token = now + lease.Micros();
        foreach (var row in UnacknowledgedTable.Due(session, now, max))
        {
            if (WsmqAddress.TryParse(row.Address, out var address, out _) && address.Kind == WsmqAddressKind.User)
            {
                UnacknowledgedTable.Take(session, row.Address, token);
                taken.Add(new TakenAddress(address, new WsmqPosition(row.Position), row.Attempts, token));
            }
            else
            {
                // Another program has written it.
                UnacknowledgedTable.Forget(session, row.Address);
            }
        }

        return new TakenAddresses(taken, Until(UnacknowledgedTable.First(session)));
    }

    private TimeSpan? Until(long? due) => due is { } time ? TimeSpan.FromMicroseconds(Math.Max(0, time - clock.NowMicros())) : null;

    private static AddressReach? ReachOf(SqliteSession session, WsmqAddress address)
    {
        try
        {
            return LogTable.Find(session, address) is { } row
                ? new AddressReach(new WsmqPosition(Math.Max(row.Consumed, CursorTable.Highest(session, row.Id))), new WsmqPosition(row.Tail))
                : default(AddressReach);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            return null;
        }
    }

    private static void Settle(SqliteSession session, SettledAddress settled)
    {
        if (settled.Tail is { } tail && LogTable.Find(session, settled.Taken.Address)?.Tail is var current && (current ?? 0) == tail.Value)
            UnacknowledgedTable.Forget(session, settled);
        else
            UnacknowledgedTable.Settle(session, settled);
    }
}
