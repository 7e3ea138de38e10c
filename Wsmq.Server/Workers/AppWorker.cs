using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>
/// Works on the jobs of one queue in this process, with the app's handlers. It holds no job that has not begun: its credit is its
/// concurrency.
/// </summary>
internal sealed class AppWorker : IJobConsumer
{
    private const int MostUnknownTypes = 1_000;

    // Less than Publish.SendTimeout by default, which the host's shutdown timeout includes.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly WsmqAddress _queue;
    private readonly QueueDispatcher _dispatcher;
    private readonly Dictionary<string, JobHandler> _handlers;
    private readonly WsmqWorkerOptions _options;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _lease;
    private readonly HandlerThreads _threads;
    private readonly BackgroundLoop _renewals;
    private readonly CancellationTokenSource _end = new();
    // By lease: a job may be given again before its old attempt is released.
    private readonly ConcurrentDictionary<JobLease, HeldJob> _held = new();

    // When this worker first saw the type, in µs since 1970. Senders choose the names, so that there may be any number.
    private readonly ConcurrentDictionary<string, long> _unknownTypes = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;
    private bool _failed;

    /// <param name="queue">The queue.</param>
    /// <param name="dispatcher">Gives it jobs, and settles them.</param>
    /// <param name="handlers">The handlers of the queue.</param>
    /// <param name="options">The options of the worker.</param>
    /// <param name="services">The app's services.</param>
    /// <param name="logger">The log.</param>
    public AppWorker(
        WsmqAddress queue, QueueDispatcher dispatcher, IEnumerable<JobHandler> handlers, WsmqWorkerOptions options, IServiceProvider services,
        ILogger logger)
    {
        (_queue, _dispatcher, _options, _services, _logger) = (queue, dispatcher, options, services, logger);
        _time = services.GetRequiredService<TimeProvider>();
        _handlers = handlers.ToDictionary(h => h.Type, StringComparer.Ordinal);
        _lease = TimeSpan.FromMicroseconds(dispatcher.Rules.Lease);
        _threads = new HandlerThreads(options.Concurrency, $"wsmq worker of {queue.Name}");
        _renewals = new BackgroundLoop(_time);
        Name = options.Name ?? $"{Environment.MachineName}/{Environment.ProcessId}";
    }

    public string Name { get; }

    public int Credit => _stopping ? 0 : _options.Concurrency - _held.Count;

    public bool HoldsSuspect => _held.Values.Any(h => h.Job.IsSuspect);

    public void Start()
    {
        // A third of the lease: two extensions may fail before it is lost.
        _renewals.StartWithoutRetry(RenewAsync, () => _failed ? _lease / 10 : _lease / 3, e => Log.LoopFailed(_logger, e));
        _dispatcher.Add(this);
    }

    public bool TryGive(TakenJob job)
    {
        var held = new HeldJob(job, _lease, _time);
        held.Extended(_dispatcher.AskedAt);
        _held[job.Lease] = held;
        if (_stopping)
        {
            // The stop may have looked before the job was here.
            Release(held);
            return false;
        }

        // The context here is that of whatever started the node.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Factory.StartNew(() => RunAsync(held), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _threads);
        return true;
    }

    // It holds nothing that has not begun.
    public void Pause()
    {
    }

    /// <summary>Accepts no more jobs, and starts the time that running handlers have left.</summary>
    public void StopTaking()
    {
        if (!_stopping)
            _end.CancelAfter(_options.StopTimeout);
        _stopping = true;
        _dispatcher.Remove(this);
        if (_held.IsEmpty)
            _idle.TrySetResult();
    }

    /// <summary>
    /// Waits until the running handlers have returned. When <see cref="WsmqWorkerOptions.StopTimeout"/> is over their token is cancelled, and
    /// they have a little longer.
    /// </summary>
    public async Task StopAsync()
    {
        StopTaking();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = _end.Token.UnsafeRegister(_ => ended.TrySetResult(), null);
        await Task.WhenAny(_idle.Task, ended.Task);
        await Task.WhenAny(_idle.Task, Task.Delay(Grace));

        // Those that are left are not extended any more: their leases run out.
        if (!_idle.Task.IsCompleted)
            Log.HandlersLeft(_logger, _held.Count, _queue.ToString());
        await _renewals.StopAsync();
    }

    private async Task RunAsync(HeldJob held)
    {
        try
        {
            if (await DecideAsync(held) is { } settlement)
                await SettleAsync(held, settlement);
        }
        catch (Exception e)
        {
            Log.LoopFailed(_logger, e);
        }
        finally
        {
            Release(held);
            _dispatcher.Wake();
        }
    }

    private void Release(HeldJob held)
    {
        _held.TryRemove(held.Job.Lease, out _);
        held.Dispose();
        if (_stopping && _held.IsEmpty)
            _idle.TrySetResult();
    }

    /// <summary>Runs the handler; returns how the attempt ended, or null if the lease is lost.</summary>
    private async Task<Settlement?> DecideAsync(HeldJob held)
    {
        var job = held.Job;
        Func<IServiceProvider, CancellationToken, Task<JobDecision?>> handle;
        try
        {
            var message = JobMessage.Of(_queue, job);
            if (message.Type is null || !_handlers.TryGetValue(message.Type, out var handler))
                return Unknown(job, message.Type ?? "");
            handle = handler.Bind(message, job);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Converters may throw any exception.
            Log.JobUnreadable(_logger, e, job.Lease.Job.ToString(), _queue.ToString());
            return new Settlement(job.Lease, SettlementKind.Retry) { Reason = "unreadable" };
        }

        using var stop = new CancellationTokenSource();
        using var lost = held.Lost.UnsafeRegister(_ => Cancel(stop), null);
        using var end = _end.Token.UnsafeRegister(_ => Cancel(stop), null);
        Settlement? decided = null;
        try
        {
            await using var scope = _services.CreateAsyncScope();
            return decided = Settlement(job, await handle(scope.ServiceProvider, stop.Token));
        }
        catch (Exception e)
        {
            // The handler has returned; only the disposal of its scope failed.
            if (decided is not null)
            {
                Log.LoopFailed(_logger, e);
                return decided;
            }

            if (held.Lost.IsCancellationRequested)
            {
                Log.JobLostHere(_logger, job.Lease.Job.ToString(), _queue.ToString());
                return null;
            }

            if (_end.IsCancellationRequested)
                return new Settlement(job.Lease, SettlementKind.HandBack);
            Log.JobFailed(_logger, e, job.Lease.Job.ToString(), _queue.ToString(), job.Attempt);
            return new Settlement(job.Lease, SettlementKind.Retry) { Reason = e.GetType().Name };
        }
    }

    // The callbacks are the app's: on a timer's thread their exceptions would end the process, and here they would hold up renewals.
    private void Cancel(CancellationTokenSource stop) => _ = stop.CancelAsync().ContinueWith(
        t => Log.LoopFailed(_logger, t.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private Settlement Settlement(TakenJob job, JobDecision? decision) => decision switch
    {
        null => new Settlement(job.Lease, SettlementKind.Complete),
        { IsRetry: true } => new Settlement(job.Lease, SettlementKind.Retry)
        {
            Counts = decision.Counts, Delay = decision.After is { } after ? Math.Clamp(after.Micros(), 0, _dispatcher.Rules.MaxDelay) : null, Reason = NackReason.Shorten(decision.Reason),
        },
        _ => new Settlement(job.Lease, SettlementKind.Reject) { Reason = NackReason.Shorten(decision.Reason) },
    };

    // A newer node may know the type: during a deployment both run.
    private Settlement Unknown(TakenJob job, string type)
    {
        var now = _time.NowMicros();
        if (_unknownTypes.Count < MostUnknownTypes && _unknownTypes.TryAdd(type, now))
            Log.JobTypeUnknown(_logger, type, _queue.ToString());

        // Not from its storing alone: a delayed job is old when it comes for the first time.
        var since = Math.Max(job.Lease.Job.Value, _unknownTypes.TryGetValue(type, out var first) ? first : 0);
        var age = TimeSpan.FromMicroseconds(now - since);
        return age < _options.UnknownTypeTimeout
            ? new Settlement(job.Lease, SettlementKind.Retry) { Counts = false, Delay = _options.UnknownTypeDelay.Micros(), Reason = WsmqNackReasons.NoHandler }
            : new Settlement(job.Lease, SettlementKind.Reject) { Reason = WsmqNackReasons.NoHandler };
    }

    private async Task SettleAsync(HeldJob held, Settlement settlement)
    {
        for (var backoff = new Backoff(_time); ;)
        {
            try
            {
                if (await _dispatcher.SettleAsync(settlement) == SettleResult.LeaseLost)
                    Log.JobLostHere(_logger, held.Job.Lease.Job.ToString(), _queue.ToString());
                return;
            }
            catch (WsmqException e) when (!held.Lost.IsCancellationRequested)
            {
                var delay = backoff.Next();
                Log.JobNotSettled(_logger, e, held.Job.Lease.Job.ToString(), _queue.ToString(), delay);
                await backoff.WaitAsync(delay, held.Lost).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        _failed = false;
        await Task.WhenAll(_held.Values.Select(ExtendAsync));
    }

    private async Task ExtendAsync(HeldJob held)
    {
        var asked = _time.GetTimestamp();
        try
        {
            if (await _dispatcher.ExtendAsync(held.Job.Lease))
                held.Extended(asked);
            else if (_held.ContainsKey(held.Job.Lease))
                held.Lose();
        }
        catch (WsmqException)
        {
            // The next round tries again, sooner; the lease counts as lost in time.
            _failed = true;
        }
        catch (ObjectDisposedException)
        {
            // Settled meanwhile.
        }
    }
}
