namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// Fencing of the batches of one lane: the server must have the last answered batch. A server that lacks it is a former primary that is
/// available again, or a promoted replica that has not received the last writes; only the coordinator (sentinels, Cluster) knows which.
/// </summary>
internal sealed class AppendFence(TimeProvider time)
{
    /// <summary>How long a server stores the batch number. Longer than any call can be pending on a dead connection.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>
    /// A server that was silent for this long may have been replaced in the meantime: its answer counts only once it is confirmed as the
    /// primary. No failover is faster, and a healthy server answers in a hundredth of this time.
    /// </summary>
    public static readonly TimeSpan LongSilence = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private int _inFlight;
    private long _silentSince;
    private long _last;
    private long _answered;
    private long _answeredAt;
    private bool _fenced;
    private bool _failed;
    private bool _named;

    /// <summary>The last batch failed, and the server has not been confirmed as the primary since.</summary>
    public bool IsDoubted
    {
        get
        {
            lock (_lock)
                return _failed;
        }
    }

    /// <summary>The server refused the last batch, because it lacks a batch that was answered.</summary>
    public bool IsFenced
    {
        get
        {
            lock (_lock)
                return _fenced;
        }
    }

    /// <summary>The number of the next batch.</summary>
    public long Next()
    {
        lock (_lock)
            return ++_last;
    }

    /// <summary>
    /// What a batch requires of the server's last batch number: if positive, exactly this number; otherwise at least this number, negated.
    /// </summary>
    /// <param name="number">The number of the batch.</param>
    /// <param name="follows">The previous batch is not answered yet, and must have been executed.</param>
    public long Before(long number, bool follows)
    {
        lock (_lock)
        {
            if (follows)
                return number - 1;

            // Well before the stored number expires on the server.
            if (_answered == 0 || time.GetElapsedTime(_answeredAt) > Kept / 2)
                return 0;
            return _answered == number - 1 ? _answered : -_answered;
        }
    }

    /// <summary>A batch is being sent. Each call is followed by one of <see cref="Returned"/>.</summary>
    public void Sent()
    {
        lock (_lock)
        {
            if (_inFlight++ == 0)
                _silentSince = time.GetTimestamp();
        }
    }

    /// <summary>
    /// A batch was answered, or failed. Returns true if the answer is in doubt: the last batch failed; the server was silent for long,
    /// which puts the batches answered together with this one in doubt as well; or the server was confirmed as the primary before the
    /// batch was sent, when the coordinator may not have known its successor yet.
    /// </summary>
    public bool Returned()
    {
        lock (_lock)
        {
            _inFlight--;
            _failed |= time.GetElapsedTime(_silentSince) >= LongSilence;
            _silentSince = time.GetTimestamp();
            return _failed || _named;
        }
    }

    public void Answered(long number)
    {
        lock (_lock)
        {
            _failed = _fenced = _named = false;
            if (number > _answered)
                (_answered, _answeredAt) = (number, time.GetTimestamp());
        }
    }

    public void Failed(bool fenced)
    {
        lock (_lock)
            (_failed, _fenced) = (true, fenced);
    }

    /// <summary>The coordinator names the server as the primary: what it lacks is lost, and appends continue from its state.</summary>
    public void Named()
    {
        lock (_lock)
        {
            if (_fenced)
                _answered = 0;
            _failed = _fenced = false;
            _named = true;
        }
    }
}
