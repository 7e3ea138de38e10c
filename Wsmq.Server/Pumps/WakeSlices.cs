using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Pumps;

/// <summary>
/// Wakes many workers a few at a time: the next ones once the thread pool has reached what those before have queued. Each pump of a burst
/// writes into a buffer of 4 KiB of the shared pool, and the buffer is returned once the transport has sent it. If hundreds of pumps wrote
/// before the first transport sends, the pool would run out and allocate one for most of the messages.
/// </summary>
internal sealed class WakeSlices : IThreadPoolWorkItem
{
    // On two cores the pool keeps 64 buffers of a size.
    private const int Size = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Worker> _held = new();

    // The workers woken since the last slice ended; from Size on a slice is in progress, and further workers are held.
    private int _woken;

    /// <summary>The number of held workers. A worker is held once, however often it is woken meanwhile.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    public void Wake(Worker worker)
    {
        lock (_lock)
        {
            // The wake-up to come is later than this call. Held once for each call, a pump would run as often, mostly in vain, and on a
            // busy node the queue would grow with every message.
            if (worker.IsHeld)
                return;
            if (_woken >= Size)
            {
                worker.IsHeld = true;
                _held.Enqueue(worker);
                return;
            }

            _woken++;
            if (_woken == Size)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        worker.Wake();
    }

    // Behind the workers of the last slice in the queue of the pool, and behind what the first of them have queued.
    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            for (_woken = 0; _woken < Size && _held.TryDequeue(out var worker); _woken++)
            {
                worker.IsHeld = false;
                worker.Wake();
            }

            if (_woken == 0)
                return;
            _woken = Size;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
