using Wsmq.Server.Publishing;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;
using Wsmq.Server.Tracking;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Answers what has become of the tracked messages of a user, over connections and HTTP. A user sees those that it has sent: whether it may still
/// send to the address, or read it, does not matter.
/// </summary>
internal sealed class ClientTracking(IStore store, StatusListeners listeners)
{
    // The longest name of a user or a device.
    private const int MostNameLength = WsmqAddress.MaxNameBytes;

    public void Open(Session session) => listeners.Add(session.Caller.UserId, session.Connection);

    public void Close(Session session) => listeners.Remove(session.Caller.UserId, session.Connection);

    /// <summary>The status of a message; null if none is stored for the user.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="to">The address.</param>
    /// <param name="position">The position; null to name the message by its id.</param>
    /// <param name="id">The id; null to name the message by its position.</param>
    /// <param name="isTold">Whether the user is told of changes over this node from now on.</param>
    /// <exception cref="WsmqException">
    /// A malformed argument, <c>too-many-resumes</c>, <c>store-unavailable</c> or <c>store-corrupt</c>.
    /// </exception>
    public async Task<WsmqMessageStatus?> StatusAsync(UserCall call, string? to, string? position, string? id, bool isTold = false)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var (address, watcher) = (LogOf(to), isTold ? store.Nodes.Self : null);
        var entry = (position, id) switch
        {
            ({ } at, null) => await store.Tracking.ReadAsync(address, PositionOf(at), call.Caller.Scope, watcher, call.Aborted),
            (null, { } name) => await store.Tracking.FindAsync(address, MessageRules.Name(Wire.Id, name)!, call.Caller.Scope, watcher, call.Aborted),
            _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"a message is named by its {Wire.Position} or its {Wire.Id}"),
        };
        return entry is null ? null : TrackingViews.Of(entry, store.Now);
    }

    /// <summary>The tracked messages of the user to an address after a position.</summary>
    /// <exception cref="WsmqException">As above.</exception>
    public async Task<WsmqMessageStatus[]> ListAsync(UserCall call, string? to, string? after)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var found = await store.Tracking.ListAsync(
            LogOf(to), call.Caller.Scope, after is null ? WsmqPosition.Start : PositionOf(after), call.Aborted);
        return [.. found.Select(entry => TrackingViews.Of(entry, store.Now))];
    }

    /// <summary>The readers of a message of the user after a name.</summary>
    /// <exception cref="WsmqException">As above.</exception>
    public async Task<WsmqReaderStatus[]> ReadersAsync(UserCall call, string? to, string? position, string? after)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var address = LogOf(to);
        if (after?.Length > MostNameLength)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.After} is not the name of a reader");
        return TrackingViews.Of(
            address, await store.Tracking.ReadersAsync(address, PositionOf(position), call.Caller.Scope, after, call.Aborted) ?? []);
    }

    private static WsmqAddress LogOf(string? to)
    {
        var address = WsmqAddress.Parse(to);
        WsmqTracking.RequireLog(address);
        return address;
    }

    private static WsmqPosition PositionOf(string? text) => WsmqPosition.TryParse(text, out var position)
        ? position
        : throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.Position} is not a position");
}
