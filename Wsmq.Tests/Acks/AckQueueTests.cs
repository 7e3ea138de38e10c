using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Acks;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;
using Wsmq.Server.Tracking;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Acks;

/// <summary>The ack queue survives any exception of its store.</summary>
public sealed class AckQueueTests
{
    private static readonly AckRequest Ack = new(WsmqAddress.User("bob"), "bob", "phone", new WsmqPosition(1));

    [Fact]
    public async Task A_store_call_that_the_driver_cancelled_is_retried_like_any_other_failure()
    {
        var calls = 0;
        var queue = Make(new AckStore(batch => ++calls == 1 ? throw new TaskCanceledException() : Stored(batch)));
        await queue.StartAsync(default);

        await FluentActions.Awaiting(() => queue.Enqueue(Ack)).Should().ThrowAsync<WsmqException>();
        await Eventually.That("the ack is stored by the retry", () => Volatile.Read(ref calls) >= 2);
        await queue.Enqueue(Ack).WaitAsync(TimeSpan.FromSeconds(90));

        await queue.StopAsync();
    }

    [Fact]
    public async Task An_ack_after_the_stop_is_refused_and_does_not_wait_indefinitely()
    {
        var queue = Make(new AckStore(Stored));
        await queue.StartAsync(default);
        await queue.StopAsync();

        (await FluentActions.Awaiting(() => queue.Enqueue(Ack).WaitAsync(TimeSpan.FromSeconds(90))).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.Stopping);
    }

    [Fact]
    public async Task A_burst_of_acks_is_stored_in_small_parts_because_a_script_holds_up_every_other_call()
    {
        var sizes = new ConcurrentQueue<int>();
        var begin = new TaskCompletionSource();
        var queue = Make(new AckStore(async batch =>
        {
            sizes.Enqueue(batch.Count);
            await begin.Task;
            return await Stored(batch);
        }));
        await queue.StartAsync(default);

        var first = queue.Enqueue(Ack);
        await Eventually.That("the store is busy", () => sizes.Count == 1);
        var acks = Enumerable.Range(0, 1_000).Select(i => queue.Enqueue(Ack with { User = $"user{i}" })).ToList();
        begin.SetResult();
        await Task.WhenAll([first, .. acks]).WaitAsync(TimeSpan.FromSeconds(90));

        sizes.Max().Should().Be(32);
        sizes.Sum().Should().Be(1_001);
        await queue.StopAsync();
    }

    [Fact]
    public async Task Marks_whose_store_call_has_failed_are_stored_before_the_next_ack()
    {
        var tracking = new FailingTracking();
        var (marks, queue) = await WritingAsync(tracking);
        var attempt = marks.WhenStored([Ack]);
        tracking.First.SetException(new TimeoutException());
        await attempt.WaitAsync(TimeSpan.FromSeconds(90));
        tracking.Stored.Should().BeEmpty();
        await queue.Enqueue(Ack).WaitAsync(TimeSpan.FromSeconds(90));

        tracking.Stored.Should().ContainSingle().Which.Position.Should().Be(Ack.Position);
        await queue.StopAsync();
        await marks.StopAsync();
    }

    [Fact]
    public async Task An_ack_waits_for_the_marks_of_its_own_address_only()
    {
        var tracking = new FailingTracking();
        var (marks, queue) = await WritingAsync(tracking);

        await queue.Enqueue(Ack with { Source = WsmqAddress.Group("others") }).WaitAsync(TimeSpan.FromSeconds(90));
        var own = marks.WhenStored([Ack]);
        own.IsCompleted.Should().BeFalse();

        tracking.First.SetResult();
        await own.WaitAsync(TimeSpan.FromSeconds(90));
        tracking.Stored.Should().ContainSingle();
        marks.WhenStored([Ack]).IsCompleted.Should().BeTrue();
        await queue.StopAsync();
        await marks.StopAsync();
    }

    // Their first call, with the mark of the ack, has begun.
    private static async Task<(DeliveryMarks Marks, AckQueue Queue)> WritingAsync(FailingTracking tracking)
    {
        var store = new AckStore(Stored) { Tracking = tracking, Now = 1 };
        var marks = new DeliveryMarks(store, NullLogger<DeliveryMarks>.Instance);
        var queue = Make(store, marks);
        await marks.StartAsync(default);
        await queue.StartAsync(default);
        marks.Add(Ack.Source, Ack.Position, Ack.User, Ack.Device, isSkipped: false);
        await tracking.Called.Task.WaitAsync(TimeSpan.FromSeconds(90));
        return (marks, queue);
    }

    private static Task<AckResult[]> Stored(IReadOnlyList<AckRequest> batch) => Task.FromResult(new AckResult[batch.Count]);

    private static AckQueue Make(IStore store, DeliveryMarks? marks = null) => new(
        store, marks ?? new DeliveryMarks(store, NullLogger<DeliveryMarks>.Instance), Options.Create(new WsmqOptions()), TimeProvider.System,
        new WsmqMetrics(new TestMeters()), NullLogger<AckQueue>.Instance);

    private sealed class FailingTracking : ITrackingStore
    {
        public event Action<IReadOnlyList<TrackedChange>>? Changed
        {
            add { }
            remove { }
        }

        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The outcome of the first call.</summary>
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<TrackedDelivery> Stored { get; } = new();

        public async Task<UnstoredMarks?> DeliveredAsync(IReadOnlyList<TrackedDelivery> batch, CancellationToken cancellationToken)
        {
            if (Called.TrySetResult())
                await First.Task;

            foreach (var delivery in batch)
                Stored.Enqueue(delivery);
            return null;
        }

        public Task<TrackedEntry?> ReadAsync(
            WsmqAddress to, WsmqPosition position, string? sender, string? watcher, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<TrackedEntry?> FindAsync(WsmqAddress to, string id, string sender, string? watcher, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<TrackedEntry>> ListAsync(WsmqAddress to, string sender, WsmqPosition after, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<TrackedReader>?> ReadersAsync(
            WsmqAddress to, WsmqPosition position, string? sender, string? after, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class AckStore(Func<IReadOnlyList<AckRequest>, Task<AckResult[]>> ack) : ScriptedLogBase, IStore
    {
        public event Action? Doubted
        {
            add { }
            remove { }
        }

        public IMessageLog MessageLog => this;

        public long Now { get; init; }

        public IClearedMessages Cleared => throw new NotSupportedException();

        public IMembershipStore Memberships => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public IDelayedMessages Delayed => throw new NotSupportedException();

        public IExpiryStore Expiry => throw new NotSupportedException();

        public ITrackingStore Tracking { get; init; } = null!;

        public IUnacknowledgedStore Unacknowledged => throw new NotSupportedException();

        public IJobStore Jobs => throw new NotSupportedException();

        public IDeclarationStore Declarations => throw new NotSupportedException();

        public ISignals Signals => throw new NotSupportedException();

        public IAccessStore Access => throw new NotSupportedException();

        public IUsageStore Usage => throw new NotSupportedException();

        public ILogInspection Inspection => throw new NotSupportedException();

        public IRunStore Runs => throw new NotSupportedException();

        public ILastSeenStore LastSeen => throw new NotSupportedException();

        public INodeStore Nodes => throw new NotSupportedException();

        public override Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken) =>
            ack(batch);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<bool> IsAvailableAsync(CancellationToken cancellationToken) => Task.FromResult(true);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
