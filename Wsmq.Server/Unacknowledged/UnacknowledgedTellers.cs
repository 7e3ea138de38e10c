using Microsoft.Extensions.Hosting;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Unacknowledged;

/// <summary>
/// Tells the app's hook of messages to users that no device has acknowledged in time. It begins once the app has started, because the hook uses
/// its services. Any node tells of any user; the store decides which one.
/// </summary>
internal sealed class UnacknowledgedTellers(TellServices services, IHostApplicationLifetime? lifetime = null) : INodePart, IDisposable
{
    private SemaphoreSlim? _slots;
    private TellLane[] _lanes = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.Hook is null)
            return Task.CompletedTask;
        var slots = _slots = new SemaphoreSlim(services.Options.MaxCalls);
        _lanes = [.. Enumerable.Range(0, services.Store.MessageLog.Appenders.Count).Select(lane => new TellLane(lane, services, slots))];
        if (lifetime is null)
            Array.ForEach(_lanes, lane => lane.Start());
        else
            lifetime.ApplicationStarted.Register(() => Array.ForEach(_lanes, lane => lane.Start()));
        return Task.CompletedTask;
    }

    public Task StopAsync() => Task.WhenAll(_lanes.Select(lane => lane.StopAsync()));

    public void Dispose() => _slots?.Dispose();
}
