using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Access;
using Wsmq.Server.Availability;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Publishing;
using Wsmq.Server.Usage;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Opens the store before anything else of the app starts, drains the node while it still serves, and stores what was taken after
/// the web server let the connections go: hosted services stop in reverse order, the web server first.
/// </summary>
internal sealed class WsmqLifetime(IServiceProvider services) : IHostedLifecycleService
{
    // Once for all who stop the host. The factory of a test and the app's own Run do so at the same time, and the first to return
    // disposes of the services.
    private readonly Lazy<Task> _stop = new(() => StopAsync(services));

    // Before any hosted service's StartAsync, so that those of the app may publish in theirs, in whatever order they are registered.
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!NameRules.KnowsNormalization)
            Log.NamesNotNormalized(services.GetRequiredService<ILogger<WsmqLifetime>>());
        await services.GetRequiredService<StartGate>().StartAsync(cancellationToken);
    }

    // Begun already, but for a host that knows nothing of StartingAsync.
    public Task StartAsync(CancellationToken cancellationToken) => services.GetRequiredService<StartGate>().StartAsync(cancellationToken);

    // Once the app is mapped: SignalR has registered its own callback there, which closes all connections and must come behind.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(services.GetRequiredService<NodeDrain>().Run);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stop.Value.WaitAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task StopAsync(IServiceProvider services)
    {
        await services.GetRequiredService<StartGate>().StopAsync();
        await services.GetRequiredService<StoreMonitor>().StopAsync();
        await services.GetRequiredService<TailCheck>().StopAsync();
        await services.GetRequiredService<PublishQueue>().StopAsync();
        await services.GetRequiredService<UsageTeller>().StopAsync();
        await services.GetRequiredService<AckQueue>().StopAsync();
        await services.GetRequiredService<AccessWatch>().StopAsync();
    }
}
