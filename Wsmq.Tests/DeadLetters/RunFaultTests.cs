using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.DeadLetters;
using Wsmq.Server.Stores;
using Wsmq.Tests.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.DeadLetters;

/// <summary>Runs over dead letters whose answers are lost, that take long, or that meet what nobody expects.</summary>
public sealed partial class RunFaultTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_replay_whose_answer_was_lost_is_looked_for_before_it_is_repeated()
    {
        await using var node = await StartAsync();
        var keys = await KeysAsync(node, 2);
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), async (id, attempt, _) =>
        {
            if (id != DeadLetterId.Of(keys[0]) || attempt > 1)
                return;
            await Replays.StoreOldAsync(node, keys[0], """{"n":0}""");
            throw new WsmqException(WsmqErrors.StoreUnavailable);
        });

        var run = await HandlerOf(node, letters).HandleAsync(await BatchAsync(node, keys), isRepeated: false, default);

        (run.Done, run.Gone, run.Failed).Should().Be((2, 0, 0));
        (await Replays.OfAsync(node, "bob")).Should().BeEquivalentTo("""{"n":0}""", """{"n":1}""");
        (await node.Get<IWsmqDeadLetters>().ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_dead_letter_that_fails_unexpectedly_stays_and_the_others_are_handled()
    {
        await using var node = await StartAsync();
        var keys = await KeysAsync(node, 3);
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), (id, _, _) =>
            id == DeadLetterId.Of(keys[1]) ? throw new InvalidOperationException("secret") : Task.CompletedTask);

        var run = await HandlerOf(node, letters).HandleAsync(await BatchAsync(node, keys), isRepeated: false, default);

        (run.Done, run.Failed, run.Error).Should().Be((2, 1, nameof(InvalidOperationException)));
        (await node.Get<IWsmqDeadLetters>().ListAsync("bob")).Should().ContainSingle();
    }

    [Fact]
    public async Task Writes_whose_answers_are_lost_leave_the_run_with_its_node()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 5);
        var runs = new FaultyRuns(node.Store.Runs, loses: true);
        var run = RunOf(node, runs, node.Get<IWsmqDeadLetters>(), await TakenAsync(node, counting: true), lease: TimeSpan.FromHours(1));

        while (await Record.ExceptionAsync(() => run.RunAsync(default)) is { } lost)
        {
            lost.Should().BeOfType<WsmqException>();
            runs.Lost.Should().BeLessThan(100, "the run goes on although each write is repeated");
        }

        var stored = await StoredAsync(node);
        (stored.State, stored.Total, stored.Done, stored.Gone, stored.Owner).Should().Be((WsmqDeadLetterRunState.Done, 5, 5, 0, "here"));
        runs.Lost.Should().BeGreaterThan(2);
        (await Replays.OfAsync(node, "bob")).Should().HaveCount(5);
    }

    [Fact]
    public async Task The_lease_is_renewed_while_a_batch_takes_long()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 1);
        var free = new TaskCompletionSource();
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), (_, _, stop) => free.Task.WaitAsync(stop));
        var running = RunOf(node, node.Store.Runs, letters, await TakenAsync(node)).RunAsync(default);

        await Eventually.That("the batch is stored", async () => (await StoredAsync(node)).Batch?.Length == 1);
        var first = (await StoredAsync(node)).LeaseEnds;
        await Eventually.That("the lease is renewed", async () => (await StoredAsync(node)).LeaseEnds > first);
        free.SetResult();
        await running.WaitAsync(Longest);

        (await StoredAsync(node)).Done.Should().Be(1);
    }

    [Fact]
    public async Task A_run_that_another_node_has_taken_ends_here_although_a_batch_hangs()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 1);
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), (_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        var running = RunOf(node, node.Store.Runs, letters, await TakenAsync(node)).RunAsync(default);
        await Eventually.That("the batch is stored", async () => (await StoredAsync(node)).Batch?.Length == 1);

        await ReplaceAsync(node, run => run with { Owner = "elsewhere", LeaseEnds = long.MaxValue });
        await running.WaitAsync(Longest);

        (await StoredAsync(node)).Owner.Should().Be("elsewhere");
    }

    [Fact]
    public async Task A_run_that_is_stopped_gets_the_results_of_a_batch_that_takes_long()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 1);
        var free = new TaskCompletionSource();
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), (_, _, stop) => free.Task.WaitAsync(stop));
        var runs = new FaultyRuns(node.Store.Runs);
        var running = RunOf(node, runs, letters, await TakenAsync(node)).RunAsync(default);
        await Eventually.That("the batch is stored", async () => (await StoredAsync(node)).Batch?.Length == 1);

        (await node.Get<IWsmqDeadLetterRuns>().StopAsync("r1"))!.State.Should().Be(WsmqDeadLetterRunState.Stopped);
        var text = (await node.Store.Runs.ReadAsync("r1", default)).Text!;
        var same = InAnotherOrder(text);
        (await node.Store.Runs.ReplaceAsync("r1", text, same, default)).Should().BeTrue("a node of another version has stopped it");
        await Eventually.That("the node has noticed that", () => runs.Refused > 0);
        free.SetResult();
        await running.WaitAsync(Longest);

        var stored = await StoredAsync(node);
        (stored.State, stored.Done).Should().Be((WsmqDeadLetterRunState.Stopped, 1));
    }

    [Fact]
    public async Task A_run_pauses_for_what_it_looks_at()
    {
        const int Letters = 30;
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", Letters);
        var time = new RecordedPauses();
        var taken = await TakenAsync(node, counting: true) with { Filter = new RunFilter { Reason = "nothing" } };
        await ReplaceAsync(node, _ => taken);

        await RunOf(node, node.Store.Runs, node.Get<IWsmqDeadLetters>(), taken, time, RecordedPauses.Lease).RunAsync(default);

        // It counts, and then searches: both find nothing.
        var pause = TimeSpan.FromSeconds((double)Letters / CarriedRun.ScannedPerSecond);
        time.Pauses.Should().Equal(pause, pause);
    }

    private static RunLetters HandlerOf(OperatorNode node, IWsmqDeadLetters letters, TimeProvider? time = null) =>
        new(node.Store, letters, time ?? TimeProvider.System, NullLogger.Instance);

    private static CarriedRun RunOf(
        OperatorNode node, IRunStore runs, IWsmqDeadLetters letters, RunRecord taken, TimeProvider? time = null, TimeSpan? lease = null,
        IStore? store = null)
    {
        var (clock, held) = (time ?? TimeProvider.System, new HeldRun(runs, taken, lease ?? TimeSpan.FromMilliseconds(300)));
        var handling = new LeasedLetters(HandlerOf(node, letters, clock), held, clock, NullLogger.Instance);
        return new CarriedRun(store ?? node.Store, handling, held, clock, NullLogger.Instance);
    }

    private static async Task<DeadLetterKey[]> KeysAsync(OperatorNode node, int count) =>
        [.. (await node.DeadLettersAsync("bob", count)).Select(p => new DeadLetterKey(WsmqAddress.User("bob"), p, "phone"))];

    private static async Task<RunRecord> BatchAsync(OperatorNode node, DeadLetterKey[] keys) => await RecordAsync(node) with
    {
        Batch = [.. keys.Select(k => new RunLetter("bob", DeadLetterId.Of(k)))],
    };

    // The node's own runner leaves it alone at first because of its lease, and later because it seldom looks.
    private static async Task<RunRecord> TakenAsync(OperatorNode node, bool counting = false)
    {
        var record = await RecordAsync(node) with { IsCounting = counting };
        await node.Store.Runs.ReplaceAsync("r1", null, record.ToString(), default);
        return record;
    }

    private static async Task<RunRecord> RecordAsync(OperatorNode node)
    {
        var now = (await node.Store.Runs.ReadAsync("r1", default)).Now;
        return new RunRecord
        {
            Id = "r1", Action = WsmqDeadLetterAction.Replay, Filter = new RunFilter(), Until = now / 1_000 + 1, PerSecond = 1_000,
            StartedAt = now / 1_000, Owner = "here", LeaseEnds = now + TimeSpan.FromHours(1).Micros(), BatchAt = now,
        };
    }

    private static async Task<RunRecord> StoredAsync(OperatorNode node) =>
        RunRecord.Parse((await node.Store.Runs.ReadAsync("r1", default)).Text!)!;

    private static Task ReplaceAsync(OperatorNode node, Func<RunRecord, RunRecord> change) => Eventually.That("the run is replaced", async () =>
    {
        var text = (await node.Store.Runs.ReadAsync("r1", default)).Text!;
        return await node.Store.Runs.ReplaceAsync("r1", text, change(RunRecord.Parse(text)!).ToString(), default);
    });

    private static string InAnotherOrder(string text)
    {
        var properties = JsonNode.Parse(text)!.AsObject().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()));
        return new JsonObject(properties.Reverse()).ToJsonString();
    }

    // The node's own runner looks for runs when it starts, and then three times in its lease.
    private Task<OperatorNode> StartAsync() => OperatorNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), o => o.DeadLetters.RunLease = TimeSpan.FromMinutes(5));

    /// <summary>A clock that stands still, whose pauses are over at once; except those between renewals of the lease.</summary>
    private sealed class RecordedPauses : TimeProvider
    {
        public static readonly TimeSpan Lease = TimeSpan.FromHours(1);

        private readonly List<TimeSpan> _pauses = [];

        public IEnumerable<TimeSpan> Pauses => _pauses;

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > Lease / 10)
                return base.CreateTimer(callback, state, dueTime, period);
            _pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
