using System.Collections.Concurrent;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// What is known of jobs while they are stored, and after they ended.
public abstract partial class JobContract
{
    private static readonly QueueRules Remembering = Patient with { OutcomeRetention = 600 * Second, MaxAttempts = 1, MaxLostLeases = 1 };

    [Fact]
    public async Task The_status_of_a_stored_job_is_its_state_without_its_content()
    {
        await using var h = await CreateAsync();
        var unknown = await h.Store.Jobs.StatusAsync(Queue, new WsmqPosition(1), default);
        var ready = await AddJobAsync(h, "1", new JobTerms { Key = "k" });
        var blocked = await AddJobAsync(h, "2", new JobTerms { Key = "k" });
        var delayed = await AddJobAsync(h, "3", new JobTerms { Delay = 600 * Second });

        unknown.Should().Be(new JobStatus(null, null, HasEnded: false));
        foreach (var (job, state) in new[] { (ready, JobState.Ready), (blocked, JobState.Blocked), (delayed, JobState.Delayed) })
        {
            var status = await h.Store.Jobs.StatusAsync(Queue, job, default);
            (status.Job!.Job, status.Job.State, status.Job.Content, status.Outcome, status.HasEnded).Should().Be((job, state, null, null, false));
        }

        (await h.Store.Jobs.StatusAsync(Queue, delayed.Next(), default)).HasEnded.Should().BeFalse("no job had this position yet");
    }

    [Theory]
    [InlineData(JobEnd.Completed)]
    [InlineData(JobEnd.Rejected)]
    [InlineData(JobEnd.AttemptsUsedUp)]
    [InlineData(JobEnd.LeasesLost)]
    [InlineData(JobEnd.Expired)]
    [InlineData(JobEnd.Removed)]
    internal async Task It_is_known_how_and_when_a_job_ended_and_how_far_it_had_come_also_after_a_restart(JobEnd end)
    {
        await using var h = await CreateAsync();
        var before = (await h.Store.Jobs.InfoAsync(Queue, default)).Now;
        var job = await AddJobAsync(h, "x", new JobTerms { TimeToLive = end == JobEnd.Expired ? 1 : 0 });
        var isTaken = end is not (JobEnd.Expired or JobEnd.Removed);
        if (isTaken)
        {
            var taken = (await TakeAsync(h, end == JobEnd.LeasesLost ? Remembering with { Lease = 0 } : Remembering)).Single();
            (await h.Store.Jobs.ProgressAsync(Queue, taken.Lease, "{\"done\":5}", default)).Should().BeTrue();
            if (end != JobEnd.LeasesLost)
                await SettleAsync(h, Remembering, taken, end == JobEnd.Completed ? SettlementKind.Complete : end == JobEnd.Rejected ? SettlementKind.Reject : SettlementKind.Retry);
        }

        if (end == JobEnd.Removed)
            await h.Store.Jobs.RemoveAsync(Queue, [job], evenLeased: false, Remembering, default);
        await h.Store.Jobs.ReclaimAsync(Queue, Remembering, default);
        var after = (await h.Store.Jobs.InfoAsync(Queue, default)).Now;
        await h.RestartAsync();
        var status = await h.Store.Jobs.StatusAsync(Queue, job, default);

        status.HasEnded.Should().BeTrue();
        status.Outcome!.End.Should().Be(end);
        status.Outcome.At.Should().BeInRange(before, after);
        status.Outcome.Progress.Should().Be(isTaken ? "{\"done\":5}" : "");
        status.Outcome.Text.Should().Be(end is JobEnd.Rejected or JobEnd.AttemptsUsedUp ? "why" : "");
        status.Job?.State.Should().Be(JobState.Dead);
        (status.Job is null).Should().Be(end is JobEnd.Completed or JobEnd.Removed);
    }

    [Fact]
    public async Task Without_a_retention_of_outcomes_a_job_that_has_ended_is_known_to_have_ended_and_no_more()
    {
        await using var h = await CreateAsync();
        var job = await AddJobAsync(h, "x");
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Complete);

        (await h.Store.Jobs.StatusAsync(Queue, job, default)).Should().Be(new JobStatus(null, null, HasEnded: true));
    }

    [Fact]
    public async Task A_redriven_job_has_no_outcome_until_it_ends_again()
    {
        await using var h = await CreateAsync();
        var job = await AddJobAsync(h, "x");
        await SettleAsync(h, Remembering, (await TakeAsync(h, Remembering)).Single(), SettlementKind.Reject);
        await h.Store.Jobs.RedriveAsync(Queue, [job], default);
        var redriven = await h.Store.Jobs.StatusAsync(Queue, job, default);
        await SettleAsync(h, Remembering, (await TakeAsync(h, Remembering)).Single(), SettlementKind.Complete);

        (redriven.Job!.State, redriven.Outcome, redriven.HasEnded).Should().Be((JobState.Ready, null, false));
        (await h.Store.Jobs.StatusAsync(Queue, job, default)).Outcome!.End.Should().Be(JobEnd.Completed);
    }

    [Fact]
    public async Task The_oldest_outcomes_are_forgotten_when_there_are_too_many()
    {
        await using var h = await CreateAsync();
        var rules = Remembering with { MaxOutcomes = 20 };
        var ended = new List<WsmqPosition>();
        for (var i = 0; i < 10; i++)
        {
            ended.AddRange((await h.AppendAsync([.. Enumerable.Range(0, 5).Select(n => h.New(Queue, $"{n}"))])).Select(r => r.Position));
            var taken = await TakeAsync(h, rules, credit: 5);
            await h.Store.Jobs.SettleAsync(Queue, [.. taken.Select(t => new Settlement(t.Lease, SettlementKind.Complete))], rules, default);
        }

        var known = new List<bool>();
        foreach (var job in ended)
            known.Add((await h.Store.Jobs.StatusAsync(Queue, job, default)).Outcome is not null);
        known.Count(k => k).Should().BeInRange(10, 20);
        known.Should().BeInAscendingOrder("the latest are known");
    }

    [Fact]
    public async Task Progress_replaces_the_last_one_extends_the_lease_and_outlives_the_attempt()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var job = (await TakeAsync(h, Patient)).Single();
        var before = (await h.Store.Jobs.ReadAsync(Queue, job.Lease.Job, default))!.At;
        await h.Store.Jobs.ProgressAsync(Queue, job.Lease, "1", default);
        var largest = "\"" + new string('é', (IJobStore.MaxProgressBytes - 2) / 2) + "\"";
        await h.Store.Jobs.ProgressAsync(Queue, job.Lease, largest, default);
        var leased = (await h.Store.Jobs.StatusAsync(Queue, job.Lease.Job, default)).Job!;
        await SettleAsync(h, Patient, job, SettlementKind.Retry);
        var again = (await TakeAsync(h, Patient)).Single();

        (job.Progress, again.Progress).Should().Be(("", largest));
        (leased.Progress, leased.Consumer).Should().Be((largest, "worker"));
        leased.At.Should().BeGreaterThan(before);
        (await h.Store.Jobs.ReadAsync(Queue, again.Lease.Job, default))!.Progress.Should().Be(largest);
        await ((Func<Task>)(() => h.Store.Jobs.ProgressAsync(Queue, again.Lease, largest + " ", default))).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task Progress_for_a_lease_that_is_lost_is_refused_and_changes_nothing()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var old = (await TakeAsync(h, Hasty)).Single();
        await h.Store.Jobs.ReclaimAsync(Queue, Patient, default);
        var refused = await h.Store.Jobs.ProgressAsync(Queue, old.Lease, "1", default);
        await TakeAsync(h, Patient);

        refused.Should().BeFalse();
        (await h.Store.Jobs.ProgressAsync(Queue, old.Lease, "2", default)).Should().BeFalse();
        (await h.Store.Jobs.ReadAsync(Queue, old.Lease.Job, default))!.Progress.Should().BeEmpty();
    }

    [Fact]
    public async Task Of_removed_jobs_those_that_were_leased_are_signalled_with_their_positions()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        for (var i = 0; i < 4; i++)
            await AddJobAsync(h, $"{i}");
        var leased = (await TakeAsync(h, Patient, credit: 3)).Select(t => t.Lease.Job).ToArray();
        var ready = (await h.Store.Jobs.ListAsync(Queue, JobState.Ready, 0, 9, withContent: false, default)).Single().Job;
        await using var subscription = await h.Store.Signals.SubscribeAsync(Queue, heard.Enqueue, default);
        await h.Store.Jobs.RemoveAsync(Queue, [leased[0]], evenLeased: false, Patient, default);
        await h.Store.Jobs.RemoveAsync(Queue, [ready, leased[1], leased[0], leased[1]], evenLeased: true, Patient, default);
        await h.Store.Jobs.RemoveAsync(Queue, [leased[2]], evenLeased: true, Patient, default);

        await Eventually.That("the last one is signalled", () => heard.Any(s => s.Removed == leased[2]));
        var removed = heard.Where(s => s.Removed != WsmqPosition.Start).ToArray();
        removed.Select(s => s.Removed).Should().Equal(leased[1], leased[0], leased[2]);
        removed.Should().NotContain(s => s.IsMembership);
    }
}
