using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Work queues: one run through the calls. Only some stores pass JobContract too: what is left to differ on the others is which commands are
// permitted, whether all keys of a queue are in one slot, and that the receipt of a job waits for replicas.
public abstract partial class StoreContract
{
    private protected const long Second = 1_000_000;

    private protected static readonly WsmqAddress Queue = WsmqAddress.Work("thumbnails");

    private protected static readonly QueueRules Patient = new()
    {
        Lease = 600 * Second, MaxAttempts = 3, MaxLostLeases = 3, MinBackoff = 0, MaxBackoff = 0,
        MaxDeadLetters = 1_000, MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = 3_600 * Second,
    };

    // With all that a queue may have.
    private protected static readonly QueueRules Usual = Patient with { MaxPerSecond = 100_000, OutcomeRetention = 60 * Second };

    // Leases that have run out as soon as they are granted.
    private protected static readonly QueueRules Hasty = Patient with { Lease = 0 };

    [Fact]
    public async Task A_job_passes_through_every_state_of_its_queue()
    {
        await using var h = await CreateAsync();
        var jobs = h.Store.Jobs;
        var terms = new JobTerms { Key = "k", Unique = "u", TimeToLive = 600 * Second };
        var first = await AddJobAsync(h, "1", terms);
        var blocked = await AddJobAsync(h, "2", new JobTerms { Key = "k" });
        var delayed = await AddJobAsync(h, "3", new JobTerms { Delay = 600 * Second });

        var handedBack = (await TakeAsync(h, Usual)).Single();
        var extended = await jobs.ExtendAsync(Queue, [handedBack.Lease], Usual, default);
        var progress = await jobs.ProgressAsync(Queue, handedBack.Lease, "1", default);
        var back = await SettleAsync(h, Usual, handedBack, SettlementKind.HandBack);
        var retried = await SettleAsync(h, Usual, (await TakeAsync(h, Usual)).Single(), SettlementKind.Retry);
        var lost = (await TakeAsync(h, Usual with { Lease = 0 })).Single();
        var reclaimed = await jobs.ReclaimAsync(Queue, Usual, default);
        var suspect = (await TakeAsync(h, Usual)).Single();
        var rejected = await SettleAsync(h, Usual, suspect, SettlementKind.Reject);
        var known = await jobs.StatusAsync(Queue, first, default);
        var redriven = await jobs.RedriveAsync(Queue, [first], default);
        await jobs.PauseAsync(Queue, paused: true, default);
        var paused = await TakeAsync(h, Usual);
        await jobs.PauseAsync(Queue, paused: false, default);
        var completed = await SettleAsync(h, Usual, (await TakeAsync(h, Usual)).Single(), SettlementKind.Complete);
        var removed = await jobs.RemoveAsync(Queue, [blocked, delayed], evenLeased: false, Usual, default);

        (extended.Single(), progress).Should().Be((true, true));
        known.Outcome!.Should().Be(new JobOutcome(JobEnd.Rejected, known.Job!.At, "why", "1"));
        (back, retried, rejected, completed).Should().Be((SettleResult.Done, SettleResult.Done, SettleResult.DeadLettered, SettleResult.Done));
        reclaimed.Lost.Should().Equal((lost.Lease.Job, "worker"));
        redriven.Should().Equal(true);
        paused.Should().BeEmpty();
        removed.Should().Equal(true, true);
        (await jobs.ListAsync(Queue, JobState.Ready, 0, 10, withContent: true, default)).Should().BeEmpty();
        (await jobs.ReadAsync(Queue, first, default)).Should().BeNull();
        (await jobs.InfoAsync(Queue, default)).Totals.Stored.Should().Be(3);
    }

    private protected static TakeRequest Request(int credit) => new([new JobConsumer("worker", credit)]);

    private protected static async Task<IReadOnlyList<TakenJob>> TakeAsync(StoreHarness h, QueueRules rules, int credit = 1) =>
        (await h.Store.Jobs.TakeAsync(Queue, Request(credit), rules, default)).Jobs;

    private protected static async Task<SettleResult> SettleAsync(StoreHarness h, QueueRules rules, TakenJob job, SettlementKind kind) =>
        (await h.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, kind) { Reason = "why" }], rules, default)).Single();

    private protected static async Task<WsmqPosition> AddJobAsync(StoreHarness h, string body, JobTerms? terms = null)
    {
        var result = (await h.AppendAsync(h.New(Queue, body) with { Job = terms })).Single();
        (result.Duplicate, result.IsQueueFull, result.IsCorrupt).Should().Be((false, false, false));
        return result.Position;
    }

    private protected static string Text(TakenJob job) => Encoding.UTF8.GetString(job.Body.Span);
}
