using Wsmq.Server.DeadLetters;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.DeadLetters;

/// <summary>What the lease of a run covers.</summary>
public sealed partial class RunFaultTests
{
    [Fact]
    public async Task The_lease_is_renewed_while_a_search_hangs_and_the_search_ends_once_another_node_has_taken_the_run()
    {
        await using var node = await StartAsync();
        var runs = new FaultyRuns(node.Store.Runs);
        var store = new WatchedStore(node.Store, async (page, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return page;
        });
        var running = RunOf(node, runs, node.Get<IWsmqDeadLetters>(), await TakenAsync(node), store: store).RunAsync(default);

        // There is nothing else to write before the first search ends.
        await Eventually.That("the lease is renewed", () => runs.Written.Count > 1);
        await ReplaceAsync(node, run => run with { Owner = "elsewhere", LeaseEnds = long.MaxValue });
        await running.WaitAsync(Longest);

        var stored = await StoredAsync(node);
        (stored.State, stored.Owner, stored.Batch is null).Should().Be((WsmqDeadLetterRunState.Running, "elsewhere", true));
    }

    [Fact]
    public async Task The_lease_covers_the_pause_after_a_search()
    {
        var pause = TimeSpan.FromSeconds(60);
        await using var node = await StartAsync();
        var (runs, time) = (new FaultyRuns(node.Store.Runs), new RecordedPauses());
        var store = new WatchedStore(node.Store, (page, _) =>
            Task.FromResult(page with { Scanned = (long)pause.TotalSeconds * CarriedRun.ScannedPerSecond }));
        var taken = await TakenAsync(node, counting: true);
        var before = (await node.Store.Runs.ReadAsync("r1", default)).Now;

        await RunOf(node, runs, node.Get<IWsmqDeadLetters>(), taken, time, RecordedPauses.Lease, store).RunAsync(default);

        // It counts, and then searches.
        var least = before + (RecordedPauses.Lease + pause).Micros();
        var saved = runs.Written.Select(text => RunRecord.Parse(text!)!).Where(stored => stored.IsRunning);
        saved.Should().HaveCount(2).And.OnlyContain(stored => stored.LeaseEnds >= least);
        time.Pauses.Should().Equal(pause, pause);
    }

    [Fact]
    public async Task A_batch_that_was_stored_late_is_not_handled_before_the_lease_is_renewed()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 1);
        var (runs, replays) = (new FaultyRuns(node.Store.Runs), 0);
        var letters = new FaultyLetters(node.Get<IWsmqDeadLetters>(), (_, _, _) =>
        {
            Interlocked.Increment(ref replays);
            return Task.CompletedTask;
        });
        var run = RunOf(node, runs, letters, await TakenAsync(node), lease: TimeSpan.FromHours(1));

        runs.FailsWrites = true;
        (await Record.ExceptionAsync(() => run.RunAsync(default))).Should().BeOfType<WsmqException>("the batch cannot be stored");
        (runs.FailsWrites, runs.FailsReads) = (false, true);
        (await Record.ExceptionAsync(() => run.RunAsync(default))).Should().BeOfType<WsmqException>("the lease cannot be renewed");
        (await StoredAsync(node)).Batch.Should().ContainSingle("the batch is stored now");
        runs.FailsReads = false;
        await ReplaceAsync(node, stored => stored with { Owner = "elsewhere", LeaseEnds = long.MaxValue });
        await run.RunAsync(default);

        replays.Should().Be(0);
        (await StoredAsync(node)).Owner.Should().Be("elsewhere");
    }
}
