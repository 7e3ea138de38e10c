namespace Wsmq.Server.Redis;

/// <summary>
/// What the batches of one lane require of the server: that it knows the last one that was answered. One that does not is a former
/// primary that has come back, or a promoted replica that lacks the end; which of them, only those know who decide.
/// </summary>
internal sealed class AppendFence(TimeProvider time)
{
    /// <summary>How long a server keeps the number. Longer than any call can wait in a dead connection.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>
    /// A server that was silent for so long may have been replaced meanwhile: its answer counts once it is known that it was not. No
    /// failover is quicker, and a server that is well answers in a hundredth of it.
    /// </summary>
    public static readonly TimeSpan LongSilence = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private int _underWay;
    private long _silentSince;
    private long _last;
    private long _answered;
    private long _answeredAt;
    private bool _fenced;
    private bool _failed;
    private bool _named;

    /// <summary>The last batch failed, and nobody has named the server since.</summary>
    public bool IsDoubted
    {
        get
        {
            lock (_lock)
                return _failed;
        }
    }

    /// <summary>A server refused the last batch, because it lacks one that was answered.</summary>
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
    /// What a batch requires: above zero the number that must be the server's last one; else the least that it may be, negated.
    /// </summary>
    /// <param name="number">The batch.</param>
    /// <param name="follows">The one before it is not answered yet, and must have been carried out.</param>
    public long Before(long number, bool follows)
    {
        lock (_lock)
        {
            if (follows)
                return number - 1;

            // Well before the server forgets it.
            if (_answered == 0 || time.GetElapsedTime(_answeredAt) > Kept / 2)
                return 0;
            return _answered == number - 1 ? _answered : -_answered;
        }
    }

    /// <summary>A batch goes out. Each is followed by <see cref="Returned"/>.</summary>
    public void Sent()
    {
        lock (_lock)
        {
            if (_underWay++ == 0)
                _silentSince = time.GetTimestamp();
        }
    }

    /// <summary>
    /// A batch has its answer, or failed. True where the answer is to be doubted: the last batch failed, or the server said nothing
    /// for long, and then what was answered together with this one is doubted as well. A server that was named before the batch went
    /// out is doubted too: who named it may not have heard of its successor yet.
    /// </summary>
    public bool Returned()
    {
        lock (_lock)
        {
            _underWay--;
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

    /// <summary>The server is the primary by the word of those who decide: what it lacks is lost, and it goes on from there.</summary>
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
