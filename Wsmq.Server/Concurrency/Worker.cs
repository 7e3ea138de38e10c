namespace Wsmq.Server.Concurrency;

/// <summary>
/// Work that runs on the thread pool after each wake-up, one run at a time. An idle worker consists only of its fields: no task, timer
/// or state machine waits for the next wake-up, because a node has tens of thousands of workers.
/// </summary>
internal abstract class Worker : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Again = 2;

    // Running until Begin, so that wake-ups before it are remembered.
    private int _state = Running;
    private bool _begun;
    private TaskCompletionSource? _ended;

    /// <summary>Whether a <c>WakeSlices</c> will wake it; guarded by its lock.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Requests a run. Several calls may be coalesced into one run; a full run always follows the last call.</summary>
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

    /// <summary>Allows runs from now on. Starts one at once if a wake-up was requested before.</summary>
    protected void Begin()
    {
        _begun = true;
        if (Interlocked.CompareExchange(ref _state, Idle, Running) != Running)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Stops the worker: completes after the last run, and no further run starts.</summary>
    protected Task EndAsync()
    {
        if (!_begun)
            return Task.CompletedTask;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ended = Interlocked.CompareExchange(ref _ended, ended, null) ?? ended;
        Wake();
        return ended.Task;
    }

    /// <summary>Does all pending work. Must not throw.</summary>
    protected abstract ValueTask RunAsync();

    // Does not allocate as long as the runs complete synchronously.
    private async Task RunUntilIdleAsync()
    {
        do
        {
            Interlocked.Exchange(ref _state, Running);
            if (Volatile.Read(ref _ended) is { } ended)
            {
                // The state stays Running, so that Wake queues no further run.
                ended.TrySetResult();
                return;
            }

            await RunAsync();
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }
}
