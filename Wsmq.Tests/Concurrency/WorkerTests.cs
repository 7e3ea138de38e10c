using Wsmq.Server.Concurrency;

namespace Wsmq.Tests.Concurrency;

/// <summary>No wake-up is lost, no two runs overlap, and nothing runs after the end.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task Every_wake_up_is_followed_by_a_run_and_runs_do_not_overlap()
    {
        var worker = new Counting();
        worker.Begin();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                worker.Add();
                worker.Wake();
            }
        })));

        await Eventually.That("the last was seen", () => worker.Seen == 80_000);
        worker.Overlapped.Should().BeFalse();
    }

    [Fact]
    public async Task A_wake_up_before_the_worker_begins_is_remembered_and_one_after_its_end_is_ignored()
    {
        var worker = new Counting();
        worker.Add();
        worker.Wake();
        worker.Seen.Should().Be(0);

        worker.Begin();
        await Eventually.That("it runs", () => worker.Seen == 1);
        await Task.WhenAll(worker.EndAsync(), worker.EndAsync());
        worker.Add();
        worker.Wake();
        await worker.EndAsync();

        worker.Seen.Should().Be(1);
    }

    private sealed class Counting : Worker
    {
        private int _added;
        private int _running;
        private int _seen;

        public int Seen => Volatile.Read(ref _seen);

        public bool Overlapped { get; private set; }

        public void Add() => Interlocked.Increment(ref _added);

        public new void Begin() => base.Begin();

        public new Task EndAsync() => base.EndAsync();

        protected override async ValueTask RunAsync()
        {
            Overlapped |= Interlocked.Increment(ref _running) > 1;
            var added = Volatile.Read(ref _added);
            if (added % 3 == 0)
                await Task.Yield();
            Volatile.Write(ref _seen, added);
            Interlocked.Decrement(ref _running);
        }
    }
}
