using Wsmq.Server.Authorization;
using Wsmq.Server.Presence;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the calls of clients about presence.</summary>
internal sealed class ClientPresence(PresenceParts parts, PresenceSwitch isOn, AccessCheck access)
{
    // So many names of a query count as one read: each may be a new watch on all nodes.
    private const int NamesOfRead = 10;

    /// <summary>The connection is accepted.</summary>
    public void Open(Session session)
    {
        if (!isOn.IsOn)
            return;
        var present = parts.Table.Open(session.Caller.UserId, session.Caller.Device, session.Connection.ConnectedAt);
        session.BeginPresence(new SessionPresence(parts, present, session.Connection, address => RefusalAsync(session, address)));
        if (present.FoundGroups)
            _ = SettleAsync(session, present);
    }

    /// <summary>The connection has ended.</summary>
    public static Task CloseAsync(Session session) => session.Presence?.EndAsync() ?? Task.CompletedTask;

    /// <exception cref="WsmqException">
    /// A malformed address, <c>presence-not-allowed</c>, <c>too-many-watches</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task<ConnectionPresence.Watch> WatchAsync(Session session, string? address)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var presence = Require(session);
        var watched = PresenceAddress.Check(WsmqAddress.Parse(address));
        await CheckAsync(session, watched);
        return await presence.Watches.WatchAsync(watched, parts.Options.Presence.MaxWatches);
    }

    public Task UnwatchAsync(Session session, string? address)
    {
        Require(session).Unwatch(WsmqAddress.Parse(address));
        return Task.CompletedTask;
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>, <c>presence-not-allowed</c> or <c>too-many-resumes</c>.</exception>
    public async Task SetAsync(Session session, WsmqFlagArgument away, WsmqDataArgument data)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        Require(session).Set(away.Require(Wire.Away), data.Within(parts.Options.Presence.MaxDataBytes));
    }

    /// <summary>Returns the presence of users, for the hub and the HTTP API.</summary>
    /// <exception cref="WsmqException">
    /// <c>invalid-message</c>, a malformed name, <c>presence-not-allowed</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task<WsmqUserPresence[]> GetAsync(UserCall user, Func<string[]> names)
    {
        await user.Limits.ThrottleReadAsync(user.Aborted);
        isOn.Require();
        WsmqAddress[] addresses = [.. names().Select(WsmqAddress.User)];
        var distinct = addresses.Distinct().ToArray();
        for (var counted = NamesOfRead; counted < distinct.Length; counted += NamesOfRead)
            await user.Limits.ThrottleReadAsync(user.Aborted);
        var own = WsmqAddress.User(user.Caller.UserId);
        foreach (var address in distinct)
            await access.CheckPresenceAsync(user.Caller, address, () => new(address == own), user.Aborted);
        var watched = (await parts.Watches.WatchAsync(distinct, null, user.Aborted)).ToDictionary(w => w.Address);
        return Array.ConvertAll(addresses, a => parts.Watches.Read(watched[a], u => u.User));
    }

    // The user may have left groups while it had no connection.
    private async Task SettleAsync(Session session, PresentConnection present)
    {
        await (session.Groups?.Ready ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        parts.Table.Settle(present);
    }

    private SessionPresence Require(Session session)
    {
        isOn.Require();
        return session.Presence ?? throw new WsmqException(WsmqErrors.Stopping);
    }

    private ValueTask CheckAsync(Session session, WsmqAddress address) => access.CheckPresenceAsync(
        session.Caller, address, () => ReadsAsync(session, address), session.Connection.Aborted);

    private async ValueTask<WsmqException?> RefusalAsync(Session session, WsmqAddress address)
    {
        try
        {
            await CheckAsync(session, address);
            return null;
        }
        catch (WsmqException e) when (e is { Error.CanRetry: false, InnerException: null })
        {
            // One with a cause is of an authorizer that has failed, and decided nothing.
            return e;
        }
    }

    // What the connection reads: its own queue, and the groups of its user that the authorizer lets it read.
    private static async ValueTask<bool> ReadsAsync(Session session, WsmqAddress address)
    {
        if (address.Kind == WsmqAddressKind.User)
            return address == session.OwnQueue;
        try
        {
            await session.PumpOfMemberAsync(address.ToString());
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ReadNotAllowed)
        {
            return false;
        }
    }
}
