namespace Wsmq;

/// <summary>
/// Processes items in batches, one batch at a time: items that are added while a batch runs belong to the next one. Its loop runs only
/// while there are items.
/// </summary>
internal abstract class CoalescingWorker<T>
{
    private readonly Lock _lock = new();
    private List<T> _items = [];
    private Task _loop = Task.CompletedTask;

    /// <summary>Completes once all items added so far are processed.</summary>
    public Task WhenIdle()
    {
        lock (_lock)
            return _loop;
    }

    protected void Add(T item)
    {
        lock (_lock)
        {
            _items.Add(item);
            if (_loop.IsCompleted)
                _loop = Task.Run(LoopAsync);
        }
    }

    /// <summary>Processes a batch. Must not throw.</summary>
    protected abstract Task RunAsync(List<T> items);

    private async Task LoopAsync()
    {
        while (Take() is { Count: > 0 } items)
            await RunAsync(items).ConfigureAwait(false);
    }

    private List<T> Take()
    {
        lock (_lock)
        {
            var taken = _items;
            _items = [];

            // Inside the lock: an item that is added after this starts a new loop.
            if (taken.Count == 0)
                _loop = Task.CompletedTask;
            return taken;
        }
    }
}
