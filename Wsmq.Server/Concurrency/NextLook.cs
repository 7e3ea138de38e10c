namespace Wsmq.Server.Concurrency;

/// <summary>Looks for what is due in the background: when the next thing is due that is known, and otherwise after the longest wait.</summary>
internal sealed class NextLook(TimeProvider time, TimeSpan longest)
{
    private readonly BackgroundLoop _loop = new(time);

    // A timestamp.
    private long _at;

    /// <param name="look">Does all that is due. A look that fails is repeated with backoff. The stop cancels its token.</param>
    /// <param name="failed">Reports a failed look and the pause before it is repeated. Must not throw.</param>
    public void Start(Func<CancellationToken, Task> look, Action<Exception, TimeSpan> failed) =>
        _loop.Start(stop => LookAsync(look, stop), Wait, failed);

    public Task StopAsync() => _loop.StopAsync();

    /// <summary>Something is due after a wait.</summary>
    public void Note(TimeSpan wait)
    {
        var at = After(wait < longest ? wait : longest);
        for (long known = Volatile.Read(ref _at), seen; at < known; known = seen)
        {
            seen = Interlocked.CompareExchange(ref _at, at, known);
            if (seen == known)
                _loop.Wake();
        }
    }

    private TimeSpan Wait()
    {
        var now = time.GetTimestamp();
        if (Volatile.Read(ref _at) is var at && at <= now)
            return TimeSpan.Zero;

        // Timers count whole milliseconds.
        return TimeSpan.FromMilliseconds(Math.Ceiling(time.GetElapsedTime(now, at).TotalMilliseconds));
    }

    private async Task LookAsync(Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        // Woken only to wait for a shorter time.
        if (Volatile.Read(ref _at) > time.GetTimestamp())
            return;
        Volatile.Write(ref _at, After(longest));
        try
        {
            await look(cancellationToken);
        }
        catch (Exception)
        {
            // The repeat must look, and not wait.
            Volatile.Write(ref _at, 0);
            throw;
        }
    }

    private long After(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
}
