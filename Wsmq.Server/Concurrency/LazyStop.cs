namespace Wsmq.Server;

/// <summary>
/// The stop of a <see cref="Worker"/>. A token source exists only while a run needs its token: it takes 200 bytes once somebody has
/// waited with it, and a node has tens of thousands of workers with nothing to do.
/// </summary>
internal struct LazyStop
{
    private static readonly CancellationTokenSource Stopped = Cancelled();

    // None, or the one of the runs so far; the last one for good.
    private CancellationTokenSource? _source;

    public readonly bool IsRequested => Volatile.Read(in _source) == Stopped;

    /// <summary>Of the run that asks.</summary>
    public CancellationToken Token
    {
        get
        {
            if (Volatile.Read(ref _source) is { } known)
                return known.Token;
            var made = new CancellationTokenSource();
            return (Interlocked.CompareExchange(ref _source, made, null) ?? made).Token;
        }
    }

    /// <summary>At the end of a run that leaves nothing behind: what may still wait with its token is cancelled.</summary>
    public void Rest()
    {
        var source = Volatile.Read(ref _source);
        if (source is null || source == Stopped || Interlocked.CompareExchange(ref _source, null, source) != source)
            return;
        source.Cancel();
        source.Dispose();
    }

    /// <summary>Stops at once; the task ends when those who waited with the token have been told. It may be called more than once.</summary>
    public Task RequestAsync()
    {
        // A source without a timer holds nothing that has to be disposed, and the run still looks at its token.
        var source = Interlocked.Exchange(ref _source, Stopped);
        return source is null || source == Stopped ? Task.CompletedTask : source.CancelAsync();
    }

    private static CancellationTokenSource Cancelled()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }
}
