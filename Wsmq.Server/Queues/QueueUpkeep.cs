using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// One loop of the node for all declared queues: leases that have run out, jobs whose time to live has passed and dead letters over their
/// age have to go also while no node has a consumer of the queue. Where there are consumers, <see cref="QueueDispatcher"/> is faster, but
/// looks at dead letters only when something else is due.
/// </summary>
internal sealed class QueueUpkeep : INodePart
{
    /// <summary>How long after the upkeep of a queue the next one begins.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // So that a hold that ends at this moment has ended.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly BackgroundLoop _loop;
    private readonly KeptQueue[] _queues;
    private readonly ILogger _logger;

    public QueueUpkeep(
        IStore store, IOptions<WsmqOptions> options, QueueDeclarations declarations, QueueTelemetryFactory telemetry, TimeProvider time,
        ILogger<QueueUpkeep> logger)
    {
        _loop = new BackgroundLoop(time);
        _logger = logger;
        _queues = [.. options.Value.Queues.Select(q => new KeptQueue(WsmqAddress.Work(q.Key), () => declarations.RulesOf(q.Key), store.Jobs, time, telemetry.Of(WsmqAddress.Work(q.Key))))];
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_queues.Length > 0)
            _loop.Start(StepAsync, () => _queues.Select(q => q.Left).Append(Interval).Min() + Step, (e, delay) => Log.StepFailed(_logger, e, delay));
        return Task.CompletedTask;
    }

    public Task StopAsync() => _loop.StopAsync();

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var queue in _queues)
                await queue.StepAsync(cancellationToken);
        }
        catch (WsmqException)
        {
            Array.ForEach(_queues, q => q.Failed());
            throw;
        }
    }
}
