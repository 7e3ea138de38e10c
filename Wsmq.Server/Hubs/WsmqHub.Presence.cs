using Wsmq.Server.Presence;

namespace Wsmq;

/// <content>Presence.</content>
public sealed partial class WsmqHub
{
    // Changes follow the answer to WatchPresence: see Dispose.
    private ConnectionPresence.Watch? _watch;

    /// <inheritdoc cref="IWsmqHub.WatchPresence"/>
    public async Task<WsmqPresenceState> WatchPresence(WsmqTextArgument address)
    {
        _watch = await _reads.Presence.WatchAsync(Begin(), address.Value);
        return _watch.State!;
    }

    /// <inheritdoc cref="IWsmqHub.UnwatchPresence"/>
    public Task UnwatchPresence(WsmqTextArgument address) => _reads.Presence.UnwatchAsync(Begin(), address.Value);

    /// <inheritdoc cref="IWsmqHub.SetPresence"/>
    public Task SetPresence(WsmqFlagArgument away, WsmqDataArgument data) => _reads.Presence.SetAsync(Begin(), away, data);

    /// <inheritdoc cref="IWsmqHub.GetPresence"/>
    public Task<WsmqUserPresence[]> GetPresence(WsmqNamesArgument users) => _reads.Presence.GetAsync(Begin().Call, () => users.Names);
}
