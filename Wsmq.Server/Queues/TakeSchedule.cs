using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// Decides when a dispatcher asks the store for jobs: what is already known needs no call, as each costs the store as much as several jobs.
/// </summary>
/// <param name="time">The clock of the dispatcher.</param>
/// <param name="interval">How often the store is asked if nothing else happens.</param>
internal sealed class TakeSchedule(NodeTime time, TimeSpan interval)
{
    private const long Never = long.MaxValue;
    private const long NotYet = long.MinValue;

    // How long signals of new jobs are not looked after while no consumer has credit.
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(1);

    // The queue may have been paused, or the like: the store is asked even if no consumer has credit.
    private volatile bool _hasChanged;

    // How many signals have come, and how many of them had when the last take left nothing workable; -1 if it left something or runs.
    private long _signals;
    private long _drainedAt = -1;

    // The timestamp at which the next job is due.
    private long _nextDue = Never;

    // What is not looked for while no consumer has credit: jobs that are due, and new ones.
    private bool _isDueUnseen;
    private bool _isUnseen;

    // When jobs were taken last; NotYet before the first time, and after a take that failed.
    private long _takenAt = NotYet;
    private bool _isPaused;

    /// <summary>A consumer that has credit again may get a job. May be asked at any time, on any thread.</summary>
    public bool MayGive => !IsDrained || Volatile.Read(ref _nextDue) <= time.Now;

    /// <summary>Nothing waits: jobs that are stored now can be taken in the same call. May be asked at any time, on any thread.</summary>
    public bool MayTakeWhileStoring => IsDrained && !Volatile.Read(ref _isPaused);

    // The last take left nothing workable, and nothing has changed since.
    private bool IsDrained => Interlocked.Read(ref _drainedAt) == Interlocked.Read(ref _signals);

    /// <summary>The store has signalled a change. May be called at any time, on any thread.</summary>
    /// <param name="isNewJob">False if the queue itself may have changed, such as by a pause.</param>
    public void Signalled(bool isNewJob)
    {
        if (!isNewJob)
            _hasChanged = true;
        Interlocked.Increment(ref _signals);
    }

    /// <summary>Whether the store has to be asked now.</summary>
    /// <param name="hasCredit">Whether a consumer has credit.</param>
    /// <param name="now">
    /// A timestamp from before the credit was read: if credit comes after that, <see cref="MayGive"/> sees what was due by then.
    /// </param>
    public bool MustAsk(bool hasCredit, long now)
    {
        if (_hasChanged || time.After(_takenAt, interval.Micros()) <= now)
            return true;
        var isDue = _nextDue <= now;
        (_isDueUnseen, _isUnseen) = (isDue && !hasCredit, !hasCredit && !IsDrained);
        if (hasCredit)
            return isDue || !IsDrained;

        // Nothing can be taken, but a new job may expire before there is credit.
        return _isUnseen && LookAt <= now;
    }

    /// <summary>The store is being asked. Returns what <see cref="Taken"/> needs.</summary>
    public long Taking()
    {
        (_hasChanged, _takenAt, _isDueUnseen, _isUnseen) = (false, NotYet, false, false);
        Interlocked.Exchange(ref _drainedAt, -1);
        return Interlocked.Read(ref _signals);
    }

    /// <summary>
    /// The store has answered. To be called before the jobs are given: credit that comes back at once must not wake the dispatcher for nothing.
    /// </summary>
    /// <param name="result">The answer.</param>
    /// <param name="signals">What <see cref="Taking"/> returned.</param>
    public void Taken(TakenJobs result, long signals)
    {
        var now = time.Now;
        (_takenAt, _isDueUnseen, _isUnseen) = (now, false, false);
        Volatile.Write(ref _isPaused, result.IsPaused);
        Volatile.Write(ref _nextDue, time.At(result.NextDue, result.Now, now) ?? Never);
        if (!result.More)
            Interlocked.Exchange(ref _drainedAt, signals);
    }

    /// <summary>There is no consumer: until there is one, what is due is not looked for.</summary>
    public void Idle() => _isDueUnseen = true;

    /// <summary>How long until the store has to be asked, unless something happens; at most the interval.</summary>
    public TimeSpan Pause()
    {
        var due = Volatile.Read(ref _nextDue);
        return NodeTime.Pause(interval, _isDueUnseen || due == Never ? null : time.Until(due), _isUnseen ? time.Until(LookAt) : null);
    }

    private long LookAt => time.After(_takenAt, LongestUnseen.Micros());
}
