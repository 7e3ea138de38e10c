namespace Wsmq.Server;

/// <summary>
/// Work that is done on the pool whenever there was a call for it, one run at a time. Between the runs it is nothing but its
/// fields: no task, no timer and no state machine wait for the next call, because a node has tens of thousands of these.
/// </summary>
internal abstract class Worker : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Again = 2;

    // Held until it begins: calls before are remembered and not lost.
    private int _state = Running;
    private bool _begun;
    private TaskCompletionSource? _ended;

    /// <summary>There is something to look at. Many calls may end in one run; the last of them is always followed by one.</summary>
    public void Wake()
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            if (seen == Again)
                return;
            if (Interlocked.CompareExchange(ref _state, seen == Idle ? Running : Again, seen) != seen)
                continue;
            if (seen == Idle)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunUntilIdleAsync();

    /// <summary>Lets it run from now on; at once if there was a call for it before.</summary>
    protected void Begin()
    {
        _begun = true;
        if (Interlocked.CompareExchange(ref _state, Idle, Running) != Running)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Completes once the last run is over; there is no further one.</summary>
    protected Task EndAsync()
    {
        if (!_begun)
            return Task.CompletedTask;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ended = Interlocked.CompareExchange(ref _ended, ended, null) ?? ended;
        Wake();
        return ended.Task;
    }

    /// <summary>Does what there is to do. Must not throw.</summary>
    protected abstract ValueTask RunAsync();

    // Nothing is allocated here as long as the runs complete synchronously.
    private async Task RunUntilIdleAsync()
    {
        do
        {
            Interlocked.Exchange(ref _state, Running);
            if (Volatile.Read(ref _ended) is { } ended)
            {
                // The state stays: nothing starts it again.
                ended.TrySetResult();
                return;
            }

            await RunAsync();
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }
}
