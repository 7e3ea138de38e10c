namespace Wsmq.Server.Concurrency;

/// <summary>
/// The stop signal of a <see cref="Worker"/>. A token source exists only while a run needs its token: it takes 200 bytes once its token
/// was used for a wait, and a node has tens of thousands of idle workers.
/// </summary>
internal struct LazyStop
{
    private static readonly CancellationTokenSource Stopped = Cancelled();

    // Null, the source of the runs so far, or Stopped, which is final.
    private CancellationTokenSource? _source;

    public readonly bool IsRequested => Volatile.Read(in _source) == Stopped;

    /// <summary>The token of the current run.</summary>
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

    /// <summary>Ends a run that has no pending work: drops the source, and cancels waits that still use its token.</summary>
    public void Rest()
    {
        var source = Volatile.Read(ref _source);
        if (source is null || source == Stopped || Interlocked.CompareExchange(ref _source, null, source) != source)
            return;
        source.Cancel();
        source.Dispose();
    }

    /// <summary>Requests the stop at once. The task completes when the token's callbacks have run. May be called more than once.</summary>
    public Task RequestAsync()
    {
        // Not disposed: a source without a timer holds no resources, and the run still checks its token.
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
