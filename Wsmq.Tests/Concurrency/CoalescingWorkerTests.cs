using System.Collections.Concurrent;
using Wsmq.Server.Concurrency;

namespace Wsmq.Tests.Concurrency;

public sealed class CoalescingWorkerTests
{
    [Fact]
    public async Task Items_added_while_a_batch_runs_go_together_into_the_next_one()
    {
        var worker = new Recorder();
        worker.Put(1);
        await worker.Started;
        worker.Put(2);
        worker.Put(3);

        worker.Release();
        await worker.WhenIdle();

        worker.Batches.Should().BeEquivalentTo([[1], new[] { 2, 3 }], o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Every_item_is_processed_once_whatever_threads_add_it()
    {
        var worker = new Recorder();
        worker.Release();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
                worker.Put((thread * 1_000) + i);
        })));
        await worker.WhenIdle();

        worker.Batches.SelectMany(b => b).Should().HaveCount(8_000).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_worker_without_items_is_idle()
    {
        var worker = new Recorder();

        await worker.WhenIdle();

        worker.Batches.Should().BeEmpty();
    }

    private sealed class Recorder : CoalescingWorker<int>
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<int[]> Batches { get; } = new();

        public Task Started => _started.Task;

        public void Put(int item) => Add(item);

        public void Release() => _released.TrySetResult();

        protected override async Task RunAsync(List<int> items)
        {
            Batches.Enqueue([.. items]);
            _started.TrySetResult();
            await _released.Task;
        }
    }
}
