using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Declarations;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>The dispatchers of this node, one for each declared queue. Each starts with its first consumer.</summary>
internal sealed class QueueDispatchers(
    IOptions<WsmqOptions> options, QueueDeclarations declarations, IStore store, TimeProvider time, DispatcherParts parts,
    IHostApplicationLifetime? lifetime = null)
    : INodePart
{
    private readonly FrozenDictionary<WsmqAddress, QueueDispatcher> _queues = options.Value.Queues.ToFrozenDictionary(
        q => WsmqAddress.Work(q.Key),
        q => new QueueDispatcher(
            WsmqAddress.Work(q.Key), () => declarations.RulesOf(q.Key), store, time, options.Value.Delivery.TailCheckInterval,
            parts.Telemetry.Of(WsmqAddress.Work(q.Key)))
        {
            Requested = new RequestedJobs(parts.Answers, time),
        });

    /// <exception cref="WsmqException"><c>unknown-queue</c>.</exception>
    public QueueDispatcher Of(WsmqAddress queue) => _queues.TryGetValue(queue, out var dispatcher)
        ? dispatcher
        : throw new WsmqException(WsmqErrors.UnknownQueue, $"{_queues.Count} are declared");

    /// <summary>Whether somebody on this node works on a queue, which need not be declared here.</summary>
    public bool HasWorkers(string queue) => _queues.TryGetValue(WsmqAddress.Work(queue), out var dispatcher) && dispatcher.HasWorkers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Registered after the drain, and so called before it: a node that stops gives out no jobs.
        lifetime?.ApplicationStarted.Register(() => lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var dispatcher in _queues.Values)
                dispatcher.StopGiving();
        }));
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        foreach (var dispatcher in _queues.Values)
            await dispatcher.DisposeAsync();
    }
}
