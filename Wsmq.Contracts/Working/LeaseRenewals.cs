using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>Extends the leases that a worker holds, all together: each third of the shortest one that it has held so far.</summary>
/// <param name="held">The jobs that the worker holds.</param>
/// <param name="line">Extends leases.</param>
/// <param name="reports">Receives what is to be logged.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseRenewals(ConcurrentDictionary<JobLease, HeldJob> held, IJobLine line, IJobReports reports, TimeProvider time)
{
    private readonly WakeUp _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    // Before the first lease, the longest that a queue may have.
    private long _shortest = TimeSpan.FromDays(1).Ticks;
    private volatile bool _failed;
    private volatile bool _renewNow;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>A job is held: its lease may be shorter than those so far.</summary>
    public void Include(TimeSpan lease)
    {
        if (Shortens(lease.Ticks))
            _wake.Set();
    }

    /// <summary>Extends all leases at once.</summary>
    public void Renew()
    {
        _renewNow = true;
        _wake.Set();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var stop = _stop.Token;
        try
        {
            while (true)
            {
                // A third of the shortest lease: two extensions may fail before it is lost.
                var lease = TimeSpan.FromTicks(Interlocked.Read(ref _shortest));
                var interval = _failed ? lease / 10 : lease / 3;
                var asleep = time.GetTimestamp();
                if (await _wake.WaitAsync(interval, time, stop).ConfigureAwait(false) && !_renewNow)
                    continue;
                _renewNow = false;
                if (time.GetElapsedTime(asleep) - interval is var late && late > lease / 3 && !held.IsEmpty)
                    reports.Late(late);
                _failed = false;

                // A call without an answer must hold up neither other leases nor the stop.
                foreach (var job in held.Values.Where(h => h.Extending.IsCompleted))
                    job.Extending = ExtendAsync(job);
                await Task.WhenAll(held.Values.Select(h => h.Extending)).WaitAsync(lease / 10, time, stop)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            reports.Unexpected(e);
        }
    }

    private bool Shortens(long lease)
    {
        for (var known = Interlocked.Read(ref _shortest); lease < known;)
        {
            var seen = Interlocked.CompareExchange(ref _shortest, lease, known);
            if (seen == known)
                return true;
            known = seen;
        }

        return false;
    }

    private async Task ExtendAsync(HeldJob job)
    {
        // The handler was told to stop: nobody is to wait for it.
        if (job.Lost.IsCancellationRequested)
            return;
        var asked = time.GetTimestamp();
        try
        {
            if (await line.ExtendAsync(job.Job.Lease).ConfigureAwait(false))
                job.Extended(asked);
            else if (held.ContainsKey(job.Job.Lease))
                job.Lose();
        }
        catch (ObjectDisposedException) when (!held.ContainsKey(job.Job.Lease))
        {
            // Settled meanwhile.
        }
        catch (Exception e)
        {
            // The next round tries again, sooner; the lease counts as lost in time.
            reports.NotExtended(job.Job, e);
            _failed = true;
        }
    }
}
