using Wsmq.Server.Hubs;
using Wsmq.Server.Presence;

namespace Wsmq;

/// <content>Presence.</content>
public sealed partial class WsmqHub
{
    // Changes follow the answer to WatchPresence: see Dispose.
    private (ConnectionPresence Of, ConnectionPresence.Watch Watch)? _watch;

    // Not an argument of the constructor, which has as many as it may.
    internal ClientPresence People { get; init; } = null!;

    /// <inheritdoc cref="IWsmqHub.WatchPresence"/>
    public async Task<WsmqPresenceState> WatchPresence(WsmqTextArgument address)
    {
        var session = Begin();
        var watch = await People.WatchAsync(session, address.Value);
        _watch = (session.Presence!.Watches, watch);
        return watch.State!;
    }

    /// <inheritdoc cref="IWsmqHub.UnwatchPresence"/>
    public Task UnwatchPresence(WsmqTextArgument address) => People.UnwatchAsync(Begin(), address.Value);

    /// <inheritdoc cref="IWsmqHub.SetPresence"/>
    public Task SetPresence(WsmqFlagArgument away, WsmqDataArgument data) => People.SetAsync(Begin(), away, data);

    /// <inheritdoc cref="IWsmqHub.GetPresence"/>
    public Task<WsmqUserPresence[]> GetPresence(WsmqNamesArgument users) => People.GetAsync(Begin(), users);
}
