using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Client;

/// <content>A copy of the app's data that messages keep up to date.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_snapshot_misses_no_change_while_the_data_changes_and_goes_on_after_a_gap_and_a_restart()
    {
        const int Before = 200;
        const int All = 1_000;
        await StartNodesAsync(o =>
            (o.Retention.MaxCount, o.Delivery.MaxInFlightMessages, o.Delivery.CachedEntriesPerAddress) = (10, 32, 16));
        var app = new Counter(A, B);
        var bob = Keep(new TypedClient(B.Hub, "bob", null));
        var slow = new TaskCompletionSource();
        bob.Client.On<Number>(async (message, _) =>
        {
            // Until the log no longer has what follows.
            if (message.Body.Value > Before)
                await slow.Task;
            app.Copy.Apply(message.Body.Value);
        });
        bob.Client.Snapshot(WsmqAddress.User("bob"), app.LoadAsync);

        var writing = app.WriteAsync(Before);
        await bob.Client.StartAsync();
        await writing;
        await Eventually.That("the copy is up to date", () => app.Copy.Value == Before);
        await app.WriteAsync(All);
        slow.SetResult();
        await Eventually.That("the copy is up to date again", () => app.Copy.Value == All);

        bob.Gaps.Should().NotBeEmpty().And.OnlyContain(g => g.Reason == WsmqGapReasons.Retention);
        var loads = app.Loads;
        loads.Should().BeGreaterThan(1);
        await CursorIsAsync(Bob, "bob", await A.Services.GetRequiredService<IWsmqLogs>().TailAsync(WsmqAddress.User("bob")));

        await bob.Client.StopAsync();
        await app.WriteAsync(All + 20);
        await bob.Client.StartAsync();
        await Eventually.That("it is loaded at the start", () => app.Copy.Value == All + 20);
        await app.WriteAsync(All + 21);
        await Eventually.That("it is kept up to date", () => app.Copy.Value == All + 21);
        app.Loads.Should().BeGreaterThan(loads);
        app.Copy.Missed.Should().BeEmpty();
        bob.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_snapshot_of_a_source_without_messages_begins_at_its_start()
    {
        await StartNodesAsync();
        var app = new Counter(A, B);
        var bob = await StartClientAsync(B.Hub, "bob", value =>
        {
            app.Copy.Apply(value.Value);
            return Task.CompletedTask;
        });

        // Also of a client that is connected already.
        var snapshot = bob.Client.Snapshot(WsmqAddress.User("bob"), app.LoadAsync);
        await Eventually.That("it is loaded", () => app.Loads == 1);
        await app.WriteAsync(3);
        await bob.HandlesAsync([1, 2, 3]);
        app.Copy.Value.Should().Be(3);

        bob.Client.Invoking(c => c.Snapshot(WsmqAddress.User("bob"), app.LoadAsync)).Should().Throw<InvalidOperationException>();
        bob.Client.Invoking(c => c.Snapshot(WsmqAddress.Work("jobs"), app.LoadAsync)).Should().Throw<ArgumentException>();
        snapshot.Dispose();
        using var again = bob.Client.Snapshot(WsmqAddress.User("bob"), app.LoadAsync);
        await Eventually.That("it is loaded again", () => app.Loads == 2);
        bob.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_snapshot_of_a_group_is_loaded_again_when_the_user_is_let_in_later()
    {
        await StartNodesAsync();
        var app = new Counter(A, B, "group:ops");
        var bob = Keep(new TypedClient(B.Hub, "bob", value =>
        {
            app.Copy.Apply(value.Value);
            return Task.CompletedTask;
        }));
        bob.Client.Snapshot(WsmqAddress.Group("ops"), app.LoadAsync);
        await app.WriteAsync(2);
        await bob.Client.StartAsync();
        await Eventually.That("the server refuses the position", () => bob.Errors.Any(e => e.Operation == WsmqClientOperation.Resume));
        await app.WriteAsync(4);
        await A.Groups.AddToGroupAsync("bob", "ops");
        await app.WriteAsync(5);

        await Eventually.That("the copy is up to date", () => app.Copy.Value == 5);
        await app.WriteAsync(6);
        await Eventually.That("it is kept up to date", () => app.Copy.Value == 6);
        app.Copy.Missed.Should().BeEmpty();
    }

    /// <summary>The app: one number, which grows by one; each change is published through one node, after it was made.</summary>
    private sealed class Counter(TestNode writer, TestNode reader, string source = Bob)
    {
        private int _value;
        private int _loads;
        private volatile int _until;

        public Copy Copy { get; } = new();

        public int Loads => Volatile.Read(ref _loads);

        public async Task WriteAsync(int until)
        {
            _until = until;
            while (_value < until)
            {
                var value = Interlocked.Increment(ref _value);
                await PublishAsync(writer, source, [value]);
            }
        }

        /// <summary>What an endpoint and its caller do.</summary>
        public async Task<WsmqPosition> LoadAsync(CancellationToken cancellationToken)
        {
            var position = await reader.Services.GetRequiredService<IWsmqLogs>().TailAsync(WsmqAddress.Parse(source), cancellationToken);
            var seen = Volatile.Read(ref _value);
            await Eventually.That("the data changes meanwhile, while it changes at all", () => Volatile.Read(ref _value) > seen || seen == _until);
            Copy.Replace(Volatile.Read(ref _value));
            Interlocked.Increment(ref _loads);
            return position;
        }
    }

    /// <summary>The copy that a client has.</summary>
    private sealed class Copy
    {
        private int _value;

        public int Value => Volatile.Read(ref _value);

        public ConcurrentQueue<string> Missed { get; } = new();

        public void Replace(int value)
        {
            if (value < _value)
                Missed.Enqueue($"{value} was loaded over {_value}");
            Volatile.Write(ref _value, value);
        }

        // A change that the data has already is not made again.
        public void Apply(int value)
        {
            if (value > _value + 1)
                Missed.Enqueue($"{value} follows {_value}");
            Volatile.Write(ref _value, Math.Max(value, _value));
        }
    }
}
