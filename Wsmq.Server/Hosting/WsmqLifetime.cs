using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Hosting;

/// <summary>
/// Starts the store before any other hosted service, drains the node while it still serves, and stores accepted messages after the web
/// server has closed its connections. Hosted services stop in reverse order, the web server first.
/// </summary>
internal sealed class WsmqLifetime(IServiceProvider services) : IHostedLifecycleService
{
    // Runs once, however many callers stop the host. A test's WebApplicationFactory and the app's own Run stop it concurrently, and
    // the first to return disposes the services.
    private readonly Lazy<Task> _stop = new(() => StopAsync(services));

    // Runs before StartAsync of any hosted service, so that the app's services can publish there, in any order of registration.
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!NameRules.KnowsNormalization)
            Log.NamesNotNormalized(services.GetRequiredService<ILogger<WsmqLifetime>>());
        await services.GetRequiredService<StartGate>().StartAsync(cancellationToken);
    }

    // The start has already begun, except in a host that does not support StartingAsync.
    public Task StartAsync(CancellationToken cancellationToken) => services.GetRequiredService<StartGate>().StartAsync(cancellationToken);

    // Registers after the app is mapped: SignalR's own callback, which closes all connections, is registered by then and runs later.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(services.GetRequiredService<NodeDrain>().Run);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stop.Value.WaitAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A part that fails does not keep the others from stopping.
    private static async Task StopAsync(IServiceProvider services)
    {
        Func<Task>[] stops =
        [
            services.GetRequiredService<StartGate>().StopAsync,
            .. services.GetServices<INodePart>().Reverse().Select(part => (Func<Task>)part.StopAsync),
        ];
        foreach (var stop in stops)
        {
            try
            {
                await stop();
            }
            catch (Exception e)
            {
                Log.StopFailed(services.GetRequiredService<ILogger<WsmqLifetime>>(), e, stop.Target!.GetType().Name);
            }
        }
    }
}
