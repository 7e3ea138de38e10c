using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Queues;

namespace Wsmq.Server.Workers;

/// <summary>
/// The workers of this process, one for each queue with handlers. They begin once the app has started, because handlers use its services,
/// and accept no more jobs once it stops.
/// </summary>
internal sealed class AppWorkers(
    IEnumerable<QueueHandler> handlers, QueueDispatchers queues, IOptionsMonitor<WsmqWorkerOptions> options, TimeProvider time,
    ILogger<AppWorkers> logger, IHostApplicationLifetime? lifetime = null) : INodePart
{
    private readonly List<AppWorker> _workers = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!handlers.Any())
            return;
        if (handlers.GroupBy(h => (h.Queue, h.Handler.Type)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidOperationException($"AddWorker was called twice for '{twice.Key.Type}' of the queue '{twice.Key.Queue}': a type has one handler.");
        foreach (var group in handlers.GroupBy(h => h.Queue))
        {
            var queue = WsmqAddress.Work(group.Key);
            var dispatcher = queues.Of(queue);
            _workers.Add(new AppWorker(queue, dispatcher, group.Select(h => h.Handler), options.Get(group.Key), time, logger));
            await dispatcher.StartAsync(cancellationToken);
        }

        if (lifetime is null)
        {
            _workers.ForEach(w => w.Start());
            return;
        }

        lifetime.ApplicationStarted.Register(() =>
        {
            _workers.ForEach(w => w.Start());

            // Registered after the drain, and so called before it: the drain blocks, and StopTimeout runs beside it.
            lifetime.ApplicationStopping.Register(() => _workers.ForEach(w => w.StopTaking()));
        });
    }

    public Task StopAsync() => Task.WhenAll(_workers.Select(w => w.StopAsync()));
}
