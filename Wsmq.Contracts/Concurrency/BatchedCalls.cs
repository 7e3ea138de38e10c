namespace Wsmq;

/// <summary>Calls of the store that take many items: items of many callers share a call.</summary>
/// <param name="most">The most items of a call.</param>
/// <param name="call">The call; its result has one item for each, in the same order.</param>
internal sealed class BatchedCalls<TItem, TResult>(int most, Func<IReadOnlyList<TItem>, Task<TResult[]>> call)
    : CoalescingWorker<BatchedCalls<TItem, TResult>.Waiting>
{
    /// <summary>Returns the result of the item, or throws what its call threw.</summary>
    public Task<TResult> CallAsync(TItem item)
    {
        var waiting = new Waiting(item);
        Add(waiting);
        return waiting.Result.Task;
    }

    protected override async Task RunAsync(List<Waiting> items)
    {
        foreach (var part in items.Chunk(most))
        {
            try
            {
                var results = await call(Array.ConvertAll(part, w => w.Item)).ConfigureAwait(false);
                for (var i = 0; i < part.Length; i++)
                    part[i].Result.SetResult(results[i]);
            }
            catch (Exception e)
            {
                // Each caller decides whether to repeat its item.
                foreach (var waiting in part)
                    waiting.Result.TrySetException(e);
            }
        }
    }

    /// <summary>An item whose caller waits.</summary>
    internal sealed record Waiting(TItem Item)
    {
        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
