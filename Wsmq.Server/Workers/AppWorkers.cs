using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>
/// The workers of this process, one for each queue with handlers. They begin once the app has started, because handlers use its services,
/// and accept no more jobs once it stops.
/// </summary>
internal sealed class AppWorkers(
    IEnumerable<JobHandler> handlers, IStore store, IServiceProvider services, IOptions<WsmqOptions> options,
    IOptionsMonitor<WsmqWorkerOptions> workerOptions, ILogger<AppWorkers> logger) : INodePart
{
    private readonly List<(QueueDispatcher Dispatcher, AppWorker Worker)> _workers = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!handlers.Any())
            return;
        if (handlers.GroupBy(h => (h.Queue, h.Type)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidOperationException($"AddWorker was called twice for '{twice.Key.Type}' of the queue '{twice.Key.Queue}': a type has one handler.");
        foreach (var group in handlers.GroupBy(h => h.Queue))
        {
            var queue = WsmqAddress.Work(group.Key);
            var dispatcher = new QueueDispatcher(
                queue, options.Value.Queues[group.Key].ToRules(), store, services.GetRequiredService<TimeProvider>(), options.Value.Delivery.TailCheckInterval, logger);
            _workers.Add((dispatcher, new AppWorker(queue, dispatcher, group, workerOptions.Get(group.Key), services, logger)));
            await dispatcher.StartAsync(cancellationToken);
        }

        if (services.GetService<IHostApplicationLifetime>() is not { } lifetime)
        {
            _workers.ForEach(w => w.Worker.Start());
            return;
        }

        lifetime.ApplicationStarted.Register(() =>
        {
            _workers.ForEach(w => w.Worker.Start());

            // Registered after the drain, and so called before it: the drain blocks, and StopTimeout runs beside it.
            lifetime.ApplicationStopping.Register(() => _workers.ForEach(w => w.Worker.StopTaking()));
        });
    }

    public async Task StopAsync()
    {
        await Task.WhenAll(_workers.Select(w => w.Worker.StopAsync()));
        foreach (var (dispatcher, _) in _workers)
            await dispatcher.DisposeAsync();
    }
}
