using Wsmq.Server.Concurrency;
using Wsmq.Server.Pumps;

namespace Wsmq.Tests.Pumps;

public sealed class WakeSlicesTests
{
    private const int Workers = 2_000;

    private int _open;
    private int _mostOpen;
    private int _runs;

    [Fact]
    public async Task What_the_first_workers_of_a_burst_queue_runs_before_the_last_workers()
    {
        var slices = new WakeSlices();
        var workers = Enumerable.Range(0, Workers).Select(_ => new Writer(this)).ToArray();

        // On a thread of the pool, which is then not free to run what it queues: the whole burst waits.
        await Task.Run(() => Array.ForEach(workers, slices.Wake));

        await Eventually.That("every worker has run", () => Volatile.Read(ref _runs) >= Workers && Volatile.Read(ref _open) == 0);
        _mostOpen.Should().BeLessThan(Workers / 4);
    }

    [Fact]
    public async Task A_worker_that_is_woken_after_a_burst_runs_again()
    {
        var slices = new WakeSlices();
        var workers = Enumerable.Range(0, 100).Select(_ => new Writer(this)).ToArray();
        for (var round = 1; round <= 20; round++)
        {
            Array.ForEach(workers, slices.Wake);
            await Eventually.That("every worker has run", () => workers.All(w => Volatile.Read(ref w.Runs) >= 1));
            Array.ForEach(workers, w => Volatile.Write(ref w.Runs, 0));
        }
    }

    [Fact]
    public async Task A_worker_that_is_woken_again_and_again_is_held_once()
    {
        var slices = new WakeSlices();
        var workers = Enumerable.Range(0, 50).Select(_ => new Writer(this)).ToArray();
        var mostHeld = 0;

        await Task.Run(() =>
        {
            for (var round = 0; round < 1_000; round++)
            {
                Array.ForEach(workers, slices.Wake);
                mostHeld = Math.Max(mostHeld, slices.Held);
            }
        });

        mostHeld.Should().BeInRange(1, workers.Length);
        Array.ForEach(workers, w => Volatile.Write(ref w.Runs, 0));
        Array.ForEach(workers, slices.Wake);
        await Eventually.That("every worker runs after its last wake-up", () => workers.All(w => Volatile.Read(ref w.Runs) >= 1));
    }

    // Like a pump and its transport: each run takes a buffer, which what it queues returns.
    private sealed class Writer : Worker
    {
        private readonly WakeSlicesTests _test;

        public Writer(WakeSlicesTests test)
        {
            _test = test;
            Begin();
        }

        public int Runs;

        protected override ValueTask RunAsync()
        {
            Interlocked.Increment(ref Runs);
            var open = Interlocked.Increment(ref _test._open);
            for (var most = Volatile.Read(ref _test._mostOpen); most < open; most = Volatile.Read(ref _test._mostOpen))
                Interlocked.CompareExchange(ref _test._mostOpen, open, most);
            ThreadPool.UnsafeQueueUserWorkItem(static test => Interlocked.Decrement(ref test._open), _test, preferLocal: false);
            Interlocked.Increment(ref _test._runs);
            return ValueTask.CompletedTask;
        }
    }
}
