using Microsoft.Extensions.Logging;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>
/// A worker of another process: a connection as a consumer of one queue. It counts what the connection holds; the leases themselves belong to
/// the worker, which may end them over another connection.
/// </summary>
internal sealed class ConnectionWorker(
    WsmqAddress queue, string name, NodeConnection connection, QueueDispatcher dispatcher, TimeProvider time, ILogger logger) : IJobConsumer
{
    // Longer than a connection lasts whose client stands still.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly byte[] _source = JsonFrames.SourceOf(queue);
    private readonly NodeTime _time = new(time);

    // What the connection holds, with the timestamp at which the lease has ended unless it is extended, and whether it was lost before.
    private readonly Dictionary<JobLease, (long Ends, bool IsSuspect)> _held = [];
    private readonly CarriedLeases _carried = new(time);
    private int _window;
    private int _writing;
    private bool _isClosed;

    // Since when a lease has run out of which the worker has said nothing.
    private long? _silentSince;
    private bool _askedToHandBack;
    private TaskCompletionSource? _written;

    public string Name => name;

    /// <summary>How many jobs the connection accepts at a time.</summary>
    public int Window
    {
        set
        {
            lock (_lock)
                (_window, _silentSince) = (value, null);
        }
    }

    /// <summary>What counts against the limit of the connection.</summary>
    public int Claimed
    {
        get
        {
            lock (_lock)
                return Math.Max(_window, _held.Count);
        }
    }

    /// <summary>How many jobs the connection holds.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    public bool TakesJobs
    {
        get
        {
            lock (_lock)
                return _window > 0 && !IsGone;
        }
    }

    // While an earlier job is not written, the client does not read, and further ones would only fill the memory of the node.
    public int Credit
    {
        get
        {
            lock (_lock)
            {
                if (IsGone || _writing > 0)
                    return 0;
                if (_held.Count >= _window)
                    ForgetEnded();
                return Math.Max(0, _window - _held.Count);
            }
        }
    }

    // A worker that says nothing of a lost lease may stand still, and would lose the next lease of the same job too.
    public bool HoldsSuspect
    {
        get
        {
            lock (_lock)
            {
                ForgetEnded();
                return (_silentSince is { } since && time.GetElapsedTime(since) < LongestSilence) || _held.Values.Any(h => h.IsSuspect);
            }
        }
    }

    public int Give(IReadOnlyList<TakenJob> jobs)
    {
        var accepted = new List<TakenJob>(jobs.Count);
        lock (_lock)
        {
            if (IsGone)
                return 0;
            foreach (var job in jobs.Take(_window - _held.Count))
            {
                _held[job.Lease] = (Ends(dispatcher.AskedAt), job.IsSuspect);
                accepted.Add(job);
            }

            if (accepted.Count == 0)
                return 0;
            _askedToHandBack = false;
            _writing++;
        }

        _ = WriteAsync(accepted);
        return accepted.Count;
    }

    public void AskToHandBack()
    {
        lock (_lock)
        {
            if (_isClosed || _held.Count == 0 || _askedToHandBack)
                return;
            _askedToHandBack = true;
        }

        _ = AskToHandBackAsync();
    }

    public void Cancel(WsmqPosition job)
    {
        JobLease[] leases;
        lock (_lock)
            leases = IsGone ? [] : [.. _held.Keys.Concat(_carried.All).Where(l => l.Job == job)];
        foreach (var lease in leases)
            _ = CancelAsync(lease);
    }

    /// <summary>The lease was extended over this connection. The worker may have got the job over another one.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">The timestamp at which that was asked for.</param>
    public void Extended(JobLease lease, long askedAt)
    {
        bool wasSilent;
        lock (_lock)
        {
            if (_held.TryGetValue(lease, out var held))
                _held[lease] = (Ends(askedAt), held.IsSuspect);
            else
                _carried.Extended(lease, Ends(askedAt));
            wasSilent = _silentSince is not null;
            _silentSince = null;
        }

        if (wasSilent)
            dispatcher.Wake();
    }

    /// <summary>The connection no longer holds the job.</summary>
    public void Released(JobLease lease)
    {
        lock (_lock)
        {
            _carried.Remove(lease);
            if (!_held.Remove(lease) && _silentSince is null)
                return;
            _silentSince = null;
        }

        dispatcher.Wake();
    }

    /// <summary>Completes once all jobs given so far are written.</summary>
    public Task WhenWritten()
    {
        lock (_lock)
        {
            return _writing == 0
                ? Task.CompletedTask
                : (_written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The connection has ended: it gets no more jobs. Its leases stay as they are.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        dispatcher.Remove(this);
    }

    private async Task WriteAsync(List<TakenJob> jobs)
    {
        try
        {
            if (JobMessage.Calls(_source, jobs, dispatcher.Rules.Lease, connection.TakesMany, Refuse) is { } calls)
                await connection.JobsAsync(calls);
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
        finally
        {
            lock (_lock)
            {
                if (--_writing == 0)
                {
                    _written?.TrySetResult();
                    _written = null;
                }
            }

            dispatcher.Wake();
        }
    }

    private void Refuse(TakenJob job, string defect)
    {
        Log.JobCorrupt(logger, job.Lease.Job.ToString(), queue.ToString(), defect);
        Released(job.Lease);
        _ = RefuseAsync(job);
    }

    private async Task RefuseAsync(TakenJob job)
    {
        try
        {
            await dispatcher.SettleAsync(new Settlement(job.Lease, SettlementKind.Retry) { Reason = WsmqNackReasons.Unreadable }, name);
        }
        catch (Exception e)
        {
            // Without an answer of the store the lease runs out.
            Log.LoopFailed(logger, e);
        }
    }

    private async Task AskToHandBackAsync()
    {
        try
        {
            await connection.HandBackJobsAsync(queue);
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }

    private async Task CancelAsync(JobLease lease)
    {
        try
        {
            // A worker can only be told of a job that it has been given.
            await WhenWritten();
            await connection.JobCancelledAsync(queue, lease);
            Released(lease);
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }

    private long Ends(long askedAt) => _time.After(askedAt, dispatcher.Rules.Lease);

    // A job that is written to a connection that has ended counts as a lost lease.
    private bool IsGone => _isClosed || connection.IsClosing || connection.Aborted.IsCancellationRequested;

    // Called inside the lock. A worker that has lost a lease may never say so.
    private void ForgetEnded()
    {
        if (!dispatcher.MayReclaim)
            return;
        var now = _time.Now;
        foreach (var (lease, _) in _held.Where(h => h.Value.Ends < now).ToArray())
        {
            _held.Remove(lease);
            _silentSince = now;
        }
    }
}
