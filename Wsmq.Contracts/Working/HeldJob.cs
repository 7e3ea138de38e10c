namespace Wsmq;

/// <summary>
/// A job that a worker of this process holds. Its lease counts as lost once a full duration has passed since the last extension that the
/// store confirmed was asked for: by then another worker may have it.
/// </summary>
internal sealed class HeldJob : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost;

    /// <param name="job">The job.</param>
    /// <param name="askedAt">The timestamp at which it was asked for.</param>
    /// <param name="time">The clock.</param>
    public HeldJob(GivenJob job, long askedAt, TimeProvider time)
    {
        (Job, _time) = (job, time);
        _lost = new CancellationTokenSource(job.Duration, time);
        Lost = _lost.Token;
        Extended(askedAt);
    }

    public GivenJob Job { get; }

    /// <summary>The extension that was asked for last.</summary>
    public Task Extending { get; set; } = Task.CompletedTask;

    /// <summary>The handler has returned: the attempt is being ended.</summary>
    public bool HasReturned { get; set; }

    /// <summary>Is cancelled when the lease is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The lease is lost because the job was removed.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>The store has confirmed an extension.</summary>
    /// <param name="askedAt">The timestamp at which it was asked for.</param>
    public void Extended(long askedAt)
    {
        var left = Job.Duration - _time.GetElapsedTime(askedAt);
        if (left > TimeSpan.Zero)
            Change(lost => lost.CancelAfter(left));
        else
            Lose();
    }

    public void Lose() => Change(lost => lost.Cancel());

    /// <summary>The job was removed. Returns at once: what the token calls runs on the thread pool.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        Change(lost => _ = lost.CancelAsync());
    }

    public void Dispose() => _lost.Dispose();

    private void Change(Action<CancellationTokenSource> change)
    {
        try
        {
            change(_lost);
        }
        catch (ObjectDisposedException)
        {
            // The attempt has ended meanwhile, for example while a report of its progress was on its way.
        }
    }
}
