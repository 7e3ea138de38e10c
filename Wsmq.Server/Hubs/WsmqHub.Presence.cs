using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Hubs;
using Wsmq.Server.Presence;

namespace Wsmq;

/// <content>Presence.</content>
public sealed partial class WsmqHub
{
    // Changes follow the answer to WatchPresence: see Dispose.
    private ConnectionPresence.Watch? _watch;

    /// <summary>The services of the call. Looked up only where presence is concerned: there is a hub for each call of any method.</summary>
    internal IServiceProvider Services { get; init; } = null!;

    private ClientPresence People => Services.GetRequiredService<ClientPresence>();

    /// <inheritdoc cref="IWsmqHub.WatchPresence"/>
    public async Task<WsmqPresenceState> WatchPresence(WsmqTextArgument address)
    {
        _watch = await People.WatchAsync(Begin(), address.Value);
        return _watch.State!;
    }

    /// <inheritdoc cref="IWsmqHub.UnwatchPresence"/>
    public Task UnwatchPresence(WsmqTextArgument address) => People.UnwatchAsync(Begin(), address.Value);

    /// <inheritdoc cref="IWsmqHub.SetPresence"/>
    public Task SetPresence(WsmqFlagArgument away, WsmqDataArgument data) => People.SetAsync(Begin(), away, data);

    /// <inheritdoc cref="IWsmqHub.GetPresence"/>
    public Task<WsmqUserPresence[]> GetPresence(WsmqNamesArgument users) => People.GetAsync(Begin(), users);
}
