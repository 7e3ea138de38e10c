using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Access;
using Wsmq.Server.Availability;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Opens the store before the web server takes connections, drains the node while it still serves, and stores what was taken after
/// the web server let the connections go: hosted services stop in reverse order, the web server first.
/// </summary>
internal sealed class WsmqLifetime(IServiceProvider services) : IHostedLifecycleService
{
    // Resolved here and not in the constructor: the host makes its hosted services before it validates options, and all that is
    // wrong with them should be named at once.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!NameRules.KnowsNormalization)
            Log.NamesNotNormalized(services.GetRequiredService<ILogger<WsmqLifetime>>());
        await services.GetRequiredService<IStore>().StartAsync(cancellationToken);
        await services.GetRequiredService<AccessWatch>().StartAsync(cancellationToken);
        services.GetRequiredService<PublishQueue>().Start();
        services.GetRequiredService<AckQueue>().Start();
        services.GetRequiredService<TailCheck>().Start();
        services.GetRequiredService<StoreMonitor>().Start();
    }

    // Once the app is mapped: SignalR has registered its own callback there, which closes all connections and must come behind.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(services.GetRequiredService<NodeDrain>().Run);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<StoreMonitor>().StopAsync();
        await services.GetRequiredService<TailCheck>().StopAsync();
        await services.GetRequiredService<PublishQueue>().StopAsync().WaitAsync(cancellationToken);
        await services.GetRequiredService<AckQueue>().StopAsync().WaitAsync(cancellationToken);
        await services.GetRequiredService<AccessWatch>().StopAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
