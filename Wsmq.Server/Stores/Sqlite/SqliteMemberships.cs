namespace Wsmq.Server.Stores.Sqlite;

internal sealed class SqliteMemberships(SqliteEngine engine, LocalSignals signals, int maxGroups) : IMembershipStore
{
    public Task AddAsync(string group, string user, WsmqPosition? from, CancellationToken cancellationToken)
    {
        var (log, queue) = (WsmqAddress.Group(group), WsmqAddress.User(user));
        return ChangeAsync(queue, leaving: null, s => Add(s, log, user, from), cancellationToken);
    }

    public Task RemoveAsync(string group, string user, CancellationToken cancellationToken)
    {
        var (log, queue) = (WsmqAddress.Group(group), WsmqAddress.User(user));
        return ChangeAsync(queue, leaving: log, s => Remove(s, log, user), cancellationToken);
    }

    public Task<bool> IsMemberAsync(string group, string user, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => MembershipTable.Joined(s, group, user) is not null, cancellationToken);

    public async Task<IReadOnlyList<Membership>> GroupsOfAsync(string user, CancellationToken cancellationToken) =>
        await engine.ReadAsync(s => MembershipTable.GroupsOf(s, user), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<string>> MembersOfAsync(string group, CancellationToken cancellationToken) =>
        await engine.ReadAsync(s => MembershipTable.MembersOf(s, group), cancellationToken).ConfigureAwait(false);

    private bool Add(SqliteSession session, WsmqAddress log, string user, WsmqPosition? from)
    {
        if (MembershipTable.Joined(session, log.Name, user) is not null)
            return false;
        if (MembershipTable.CountOf(session, user) >= maxGroups)
            throw new WsmqException(WsmqErrors.TooManyGroups, $"at most {maxGroups}");
        var tail = LogTable.Find(session, log)?.Tail ?? 0;
        return from?.Value > tail
            ? throw new WsmqException(WsmqErrors.PositionBeyondTail)
            : MembershipTable.TryAdd(session, log.Name, user, from?.Value ?? tail);
    }

    private static bool Remove(SqliteSession session, WsmqAddress log, string user)
    {
        if (!MembershipTable.TryRemove(session, log.Name, user))
            return false;
        if (LogTable.Find(session, log) is { } row)
            CursorTable.RemoveUser(session, row.Id, user);
        return true;
    }

    private Task<bool> ChangeAsync(
        WsmqAddress queue, WsmqAddress? leaving, Func<SqliteSession, bool> change, CancellationToken cancellationToken) =>
        engine.WriteAsync(
            s =>
            {
                if (!change(s))
                    return false;
                var row = LogTable.FindOrAdd(s, queue);
                row.Membership++;
                LogTable.Save(s, row);
                return true;
            },
            changed =>
            {
                if (!changed)
                    return;
                if (leaving is { } group)
                    signals.Send(group, Signal.MemberLeft(queue.Name));
                signals.Send(queue, Signal.Membership);
            },
            cancellationToken);
}
