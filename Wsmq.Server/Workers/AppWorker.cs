using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>A worker in the app itself: a consumer of its node.</summary>
internal sealed class AppWorker : IJobConsumer, IJobLine
{
    private readonly WsmqAddress _queue;
    private readonly QueueDispatcher _dispatcher;
    private readonly ILogger _logger;
    private readonly JobRunner _runner;

    /// <param name="queue">The queue.</param>
    /// <param name="dispatcher">Gives it jobs, and settles them.</param>
    /// <param name="handlers">The handlers of the queue.</param>
    /// <param name="options">The options of the worker.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public AppWorker(
        WsmqAddress queue, QueueDispatcher dispatcher, IEnumerable<JobHandler> handlers, WsmqWorkerOptions options, TimeProvider time,
        ILogger logger)
    {
        (_queue, _dispatcher, _logger) = (queue, dispatcher, logger);
        Name = options.Name ?? $"{Environment.MachineName}/{Environment.ProcessId}";
        _runner = new JobRunner($"wsmq worker of {queue.Name}", handlers, options, this, new AppJobReports(queue, logger), time);
    }

    public string Name { get; }

    public int Credit => _runner.Free;

    public bool HoldsSuspect => _runner.HoldsSuspect;

    public void Start()
    {
        _runner.Start();
        _dispatcher.Add(this);
    }

    public int Give(IReadOnlyList<TakenJob> jobs)
    {
        var (lease, askedAt) = (TimeSpan.FromMicroseconds(_dispatcher.Rules.Lease), _dispatcher.AskedAt);
        return _runner.Give(jobs.Select(job => (Given(job, lease), askedAt)));
    }

    // It holds nothing that has not begun.
    public void AskToHandBack()
    {
    }

    public void Cancel(WsmqPosition job) => _runner.Cancel(job);

    /// <summary>Accepts no more jobs, and starts the time that running handlers have left.</summary>
    public void StopTaking()
    {
        _runner.StopTaking();
        _dispatcher.Remove(this);
    }

    public Task StopAsync()
    {
        StopTaking();
        return _runner.StopAsync();
    }

    public Task<bool> ExtendAsync(JobLease lease) => _dispatcher.ExtendAsync(lease);

    public Task<bool> ReportProgressAsync(JobLease lease, WsmqJsonBody progress, CancellationToken cancellationToken) =>
        _dispatcher.ReportProgressAsync(lease, progress.ToString()).WaitAsync(cancellationToken);

    public async Task<SettleAnswer> SettleAsync(Settlement settlement, CancellationToken over) =>
        await _dispatcher.SettleAsync(settlement, Name) == SettleResult.LeaseLost ? SettleAnswer.LeaseLost : SettleAnswer.Done;

    public TimeSpan NotSettled(Settlement settlement, Exception exception, int failures)
    {
        var pause = Backoff.After(failures);
        Log.JobNotSettled(_logger, exception, settlement.Lease.Job.ToString(), _queue.ToString(), pause);
        return pause;
    }

    public void Released(JobLease lease) => _dispatcher.Wake();

    private GivenJob Given(TakenJob job, TimeSpan lease) => new(
        job.Lease, lease, job.Attempt, job.Lost, DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(job.Due), () => JobMessage.Of(_queue, job))
    {
        Progress = JobMessage.ProgressOf(job.Progress),
    };
}
