using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>The queues that this node declares, with their recurring jobs.</summary>
internal sealed class DeclaredQueues(
    IEnumerable<RecurringJob> recurring, DeclaredQueueServices services, MessageRules rules, IOptions<WsmqOptions> options, WsmqMetrics metrics)
    : INodePart
{
    private readonly List<DeclaredQueue> _queues = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var jobs = recurring.ToLookup(j => j.Queue);
        foreach (var job in recurring)
        {
            job.Prepare(options.Value);
            if (job.Failure is { } failure)
                Log.RecurringJobUnusable(services.Logger, failure, job.Name, WsmqAddress.Work(job.Queue).ToString());
        }

        foreach (var name in options.Value.Queues.Keys)
        {
            var (queue, own) = (WsmqAddress.Work(name), jobs[name].ToList());
            _queues.Add(new DeclaredQueue(queue, own, new QueueSchedules(queue, own, services.Store, rules, metrics, services.Logger), services));
        }

        await Task.WhenAll(_queues.Select(q => q.StartAsync(cancellationToken)));
    }

    public Task StopAsync() => Task.WhenAll(_queues.Select(q => q.DisposeAsync().AsTask()));
}
