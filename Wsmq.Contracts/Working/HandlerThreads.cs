using System.Diagnostics;

namespace Wsmq;

/// <summary>
/// Threads for handlers, which may block: on the thread pool, blocked handlers would keep the renewal of all leases from running. A thread
/// exists while there is something to run, and for a moment longer.
/// </summary>
/// <param name="most">The threads, unless all of them are blocked while tasks wait.</param>
/// <param name="name">Their name.</param>
internal sealed class HandlerThreads(int most, string name) : TaskScheduler
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    // A handler that waits synchronously for a task whose continuation is queued here holds the thread that it waits for.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    // Tasks that hold their thread for less than this in the mean run one after another: waking another thread takes about as long. One that
    // blocks nevertheless holds up the next one for ShortPatience.
    private static readonly TimeSpan Quick = TimeSpan.FromMicroseconds(50);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(50);

    // A monitor, whose waiting and pulsing Lock does not have.
    private readonly object _gate = new();
    private readonly Queue<Task> _tasks = new();
    private int _threads;
    private int _waiting;
    private bool _engaging;
    private int _holds;
    private long _taken;
    private bool _watched;

    // The mean of the times for which tasks held their thread, in timestamps; the last ones weigh most.
    private long _mean = Stopwatch.Frequency;

    public override int MaximumConcurrencyLevel => most;

    /// <summary>Tasks that are queued before the result is disposed begin together: a thread that takes the first one finds the others.</summary>
    public Together Hold()
    {
        lock (_gate)
            _holds++;
        return new Together(this);
    }

    protected override void QueueTask(Task task)
    {
        bool starts;
        lock (_gate)
        {
            _tasks.Enqueue(task);
            starts = Engage();
        }

        if (starts)
            StartThread();
    }

    // Not on the caller's thread, which may belong to the thread pool.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return _tasks.ToArray();
    }

    // Called inside the lock. Sees to it that another thread takes a task; returns whether one must be started for it. One thread is woken at
    // a time, and wakes the next one if tasks are left.
    private bool Engage()
    {
        if (_tasks.Count == 0 || _engaging || _holds > 0)
            return false;
        if (AllAreBusy)
        {
            Watch();
            return false;
        }

        _engaging = true;
        if (_waiting > 0)
        {
            Monitor.Pulse(_gate);
            return false;
        }

        _threads++;
        return true;
    }

    private bool AllAreBusy => _waiting == 0 && _threads >= most;

    // Called inside the lock.
    private void Watch()
    {
        if (_watched || _tasks.Count == 0)
            return;
        _watched = true;
        var (taken, busy) = (_taken, AllAreBusy);
        _ = Task.Delay(busy ? Patience : ShortPatience).ContinueWith(_ => Look(taken, busy), TaskScheduler.Default);
    }

    // If nothing was taken in the meantime, the threads are blocked: another one, beyond the limit if need be.
    private void Look(long taken, bool busy)
    {
        bool starts;
        lock (_gate)
        {
            _watched = false;
            var blocked = _taken == taken && _tasks.Count > 0;
            starts = blocked && !AllAreBusy && Engage();
            if (blocked && busy && AllAreBusy)
            {
                _threads++;
                starts = true;
            }

            Watch();
        }

        if (starts)
            StartThread();
    }

    private void StartThread()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No task may be lost: its job would be held for ever.
            lock (_gate)
                (_threads, _engaging) = (_threads - 1, false);
            ThreadPool.UnsafeQueueUserWorkItem(_ => RunOne(), null);
        }
    }

    private void RunOne()
    {
        Task? task;
        lock (_gate)
        {
            if (_tasks.TryDequeue(out task))
                _taken++;
        }

        if (task is not null)
            TryExecuteTask(task);
    }

    private void Run()
    {
        lock (_gate)
            _engaging = false;
        while (Next() is { } task)
        {
            var began = Stopwatch.GetTimestamp();
            TryExecuteTask(task);

            // Of two threads at once one may be lost.
            var mean = Volatile.Read(ref _mean);
            Volatile.Write(ref _mean, mean + ((Stopwatch.GetTimestamp() - began - mean) / 8));
        }
    }

    private Task? Next()
    {
        Task task;
        bool starts;
        lock (_gate)
        {
            _waiting++;
            while (_tasks.Count == 0)
            {
                var woken = Monitor.Wait(_gate, Idle);
                _engaging = false;
                if (!woken && _tasks.Count == 0)
                {
                    _waiting--;
                    _threads--;
                    return null;
                }
            }

            _waiting--;
            _taken++;
            task = _tasks.Dequeue();
            starts = Stopwatch.GetElapsedTime(0, Volatile.Read(ref _mean)) > Quick && Engage();
            Watch();
        }

        if (starts)
            StartThread();
        return task;
    }

    private void Release()
    {
        bool starts;
        lock (_gate)
        {
            _holds--;
            starts = Engage();
        }

        if (starts)
            StartThread();
    }

    /// <summary>Tasks that begin together; see <see cref="Hold"/>.</summary>
    internal readonly struct Together(HandlerThreads threads) : IDisposable
    {
        public void Dispose() => threads.Release();
    }
}
