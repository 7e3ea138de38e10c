using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// What operators see and change.
public abstract partial class JobContract
{
    [Fact]
    public async Task The_state_of_a_queue_counts_its_jobs_by_state()
    {
        await using var h = await CreateAsync();
        (await h.Store.Jobs.InfoAsync(Queue, default) with { Now = 0 }).Should().Be(QueueInfo.Empty);
        await FillAsync(h);

        var info = await h.Store.Jobs.InfoAsync(Queue, default);

        (info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead).Should().Be((1, 1, 1, 1, 1, 1));
        info.IsPaused.Should().BeFalse();
        info.Bytes.Should().BeGreaterThanOrEqualTo("meta:readyready".Length * 5);
        info.OldestReady.Should().NotBeNull().And.BeLessThanOrEqualTo(info.Now);
        info.Totals.Should().Be(new QueueTotals { Stored = 7, Completed = 1, FailedAttempts = 1, DeadLettered = 1 });
    }

    [Theory]
    [InlineData(JobState.Ready)]
    [InlineData(JobState.Delayed)]
    [InlineData(JobState.Leased)]
    [InlineData(JobState.Retrying)]
    [InlineData(JobState.Blocked)]
    [InlineData(JobState.Dead)]
    internal async Task A_job_is_found_in_its_state_with_what_its_sender_demanded(JobState state)
    {
        await using var h = await CreateAsync();
        await FillAsync(h);

        var listed = (await h.Store.Jobs.ListAsync(Queue, state, 0, 10, withContent: false, default)).Should().ContainSingle().Subject;
        var read = await h.Store.Jobs.ReadAsync(Queue, listed.Job, default);

        listed.State.Should().Be(state);
        listed.Content.Should().BeNull();
        read.Should().Be(listed with { Content = read!.Content });
        Encoding.UTF8.GetString(read.Content!.Value.Body.Span).Should().Be(state.ToString());
        Encoding.UTF8.GetString(read.Content!.Value.Metadata.Span).Should().Be("meta:" + state);
        (read.Key, read.Unique, read.Priority, read.Ends > 0).Should().Be((state == JobState.Blocked ? "Leased" : $"{state}", $"only {state}", JobPriority.High, true));
        read.FailedAttempts.Should().Be(state is JobState.Retrying ? 1 : 0);
        read.Consumer.Should().Be(state is JobState.Leased or JobState.Retrying or JobState.Dead ? "worker" : "");
        read.DeadReason.Should().Be(state == JobState.Dead ? DeadReason.Rejected : null);
        read.Text.Should().Be(state == JobState.Dead ? "why" : "");
    }

    [Fact]
    public async Task A_list_continues_after_the_jobs_that_are_left_out()
    {
        await using var h = await CreateAsync();
        foreach (var priority in new[] { JobPriority.Low, JobPriority.High, JobPriority.Normal })
        {
            await AddJobAsync(h, $"{priority} 1", new JobTerms { Priority = priority });
            await AddJobAsync(h, $"{priority} 2", new JobTerms { Priority = priority });
        }

        var listed = new List<string>();
        for (var skip = 0; skip < 6; skip += 4)
        {
            var part = await h.Store.Jobs.ListAsync(Queue, JobState.Ready, skip, 4, withContent: true, default);
            listed.AddRange(part.Select(j => Encoding.UTF8.GetString(j.Content!.Value.Body.Span)));
        }

        listed.Should().Equal("High 1", "High 2", "Normal 1", "Normal 2", "Low 1", "Low 2");
        (await h.Store.Jobs.ListAsync(Queue, JobState.Ready, 6, 4, withContent: true, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_paused_queue_gives_no_jobs_until_it_is_resumed_also_after_a_restart()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "1");
        await AddJobAsync(h, "2");
        var leased = (await TakeAsync(h, Patient)).Single();

        await h.Store.Jobs.PauseAsync(Queue, paused: true, default);
        await h.RestartAsync();
        var result = await h.Store.Jobs.TakeAsync(Queue, Request(9), Patient, default);
        var isPaused = (await h.Store.Jobs.InfoAsync(Queue, default)).IsPaused;
        await AddJobAsync(h, "3");
        var completed = await SettleAsync(h, Patient, leased, SettlementKind.Complete);
        await h.Store.Jobs.PauseAsync(Queue, paused: false, default);

        (result.Jobs.Count, result.More, isPaused, completed).Should().Be((0, false, true, SettleResult.Done));
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("2", "3");
    }

    [Fact]
    public async Task A_queue_can_be_paused_before_its_first_job()
    {
        await using var h = await CreateAsync();
        await h.Store.Jobs.PauseAsync(Queue, paused: true, default);
        await AddJobAsync(h, "1");

        (await TakeAsync(h, Patient)).Should().BeEmpty();
    }

    [Fact]
    public async Task Removed_jobs_are_gone_from_every_state_and_a_leased_one_only_if_that_is_asked_for()
    {
        await using var h = await CreateAsync();
        await FillAsync(h);
        var jobs = new List<WsmqPosition>();
        foreach (var state in Enum.GetValues<JobState>())
            jobs.AddRange((await h.Store.Jobs.ListAsync(Queue, state, 0, 10, withContent: false, default)).Select(j => j.Job));
        var leased = await h.Store.Jobs.ListAsync(Queue, JobState.Leased, 0, 10, withContent: false, default);

        var removed = await h.Store.Jobs.RemoveAsync(Queue, [.. jobs, new WsmqPosition(1)], evenLeased: false, Patient, default);
        var removedLeased = await h.Store.Jobs.RemoveAsync(Queue, [leased[0].Job], evenLeased: true, Patient, default);
        var info = await h.Store.Jobs.InfoAsync(Queue, default);

        removed.Should().Equal(jobs.Select(j => j != leased[0].Job).Append(false));
        removedLeased.Should().Equal(true);
        (info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead, info.Bytes).Should().Be((0, 0, 0, 0, 0, 0, 0));
        (await TakeAsync(h, Patient, credit: 9)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_removed_job_gives_its_key_and_its_unique_text_back_and_its_lease_is_lost()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "1", new JobTerms { Key = "k", Unique = "u" });
        await AddJobAsync(h, "2", new JobTerms { Key = "k" });
        var job = (await TakeAsync(h, Patient)).Single();

        await h.Store.Jobs.RemoveAsync(Queue, [job.Lease.Job], evenLeased: true, Patient, default);

        (await SettleAsync(h, Patient, job, SettlementKind.Complete)).Should().Be(SettleResult.LeaseLost);
        await AddJobAsync(h, "3", new JobTerms { Unique = "u" });
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("2", "3");
    }

    [Fact]
    public async Task A_redriven_dead_letter_is_a_job_again_at_its_old_place_with_all_attempts()
    {
        await using var h = await CreateAsync();
        var rules = Patient with { MaxAttempts = 1 };
        var dead = await AddJobAsync(h, "1", new JobTerms { Key = "k", TimeToLive = 600 * Second });
        (await SettleAsync(h, rules, (await TakeAsync(h, rules)).Single(), SettlementKind.Retry)).Should().Be(SettleResult.DeadLettered);
        await AddJobAsync(h, "2", new JobTerms { Key = "k" });

        var redriven = await h.Store.Jobs.RedriveAsync(Queue, [dead, new WsmqPosition(1)], default);

        redriven.Should().Equal(true, false);
        var first = (await TakeAsync(h, Patient, credit: 9)).Single();
        (Text(first), first.Attempt, first.Lost, first.Lease.Job).Should().Be(("1", 1, 0, dead));
        await SettleAsync(h, Patient, first, SettlementKind.Complete);
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("2");
        (await h.Store.Jobs.InfoAsync(Queue, default)).Dead.Should().Be(0);
    }

    [Fact]
    public async Task An_expired_dead_letter_gets_its_full_time_to_live_again()
    {
        await using var h = await CreateAsync();
        var dead = await AddJobAsync(h, "1", new JobTerms { TimeToLive = Second / 20 });
        for (var i = 0; i < 2; i++)
        {
            await Eventually.That("it has expired", async () => (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Dead.Count > 0);
            var before = (await h.Store.Jobs.InfoAsync(Queue, default)).Now;
            (await h.Store.Jobs.RedriveAsync(Queue, [dead], default)).Should().Equal(true);
            var after = (await h.Store.Jobs.InfoAsync(Queue, default)).Now;

            (await h.Store.Jobs.ReadAsync(Queue, dead, default))!.Ends.Should().BeInRange(before + (Second / 20), after + (Second / 20));
        }
    }

    [Fact]
    public async Task A_dead_letter_whose_unique_text_is_taken_again_is_not_redriven()
    {
        await using var h = await CreateAsync();
        var dead = await AddJobAsync(h, "1", new JobTerms { Unique = "u" });
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Reject);
        await AddJobAsync(h, "2", new JobTerms { Unique = "u" });

        (await h.Store.Jobs.RedriveAsync(Queue, [dead], default)).Should().Equal(false);
        (await h.Store.Jobs.ReadAsync(Queue, dead, default))!.State.Should().Be(JobState.Dead);
    }

    [Fact]
    public async Task Dead_letters_over_a_limit_are_removed_oldest_first_and_counted_and_the_newest_stays()
    {
        await using var h = await CreateAsync();
        var rules = Patient with { MaxDeadLetters = 2 };
        for (var i = 0; i < 4; i++)
            await RejectAsync($"{i}");
        var listed = await h.Store.Jobs.ListAsync(Queue, JobState.Dead, 0, 10, withContent: true, default);
        rules = Patient with { MaxDeadLetterBytes = 1 };
        await RejectAsync("4");
        var rest = await h.Store.Jobs.ListAsync(Queue, JobState.Dead, 0, 10, withContent: true, default);

        listed.Select(Body).Should().Equal("2", "3");
        rest.Select(Body).Should().Equal("4");
        (await h.Store.Jobs.InfoAsync(Queue, default)).Totals.DeadLettersRemoved.Should().Be(4);

        async Task RejectAsync(string body)
        {
            await AddJobAsync(h, body);
            await SettleAsync(h, rules, (await TakeAsync(h, rules)).Single(), SettlementKind.Reject);
        }

        static string Body(StoredJob job) => Encoding.UTF8.GetString(job.Content!.Value.Body.Span);
    }

    [Fact]
    public async Task A_unique_text_names_its_job_until_the_job_has_ended()
    {
        await using var h = await CreateAsync();
        (await h.Store.Jobs.FindUniqueAsync(Queue, "u", default)).Should().BeNull();
        var job = await AddJobAsync(h, "1", new JobTerms { Unique = "u" });

        (await h.Store.Jobs.FindUniqueAsync(Queue, "u", default)).Should().Be(job);
        (await h.Store.Jobs.FindUniqueAsync(Queue, "U", default)).Should().BeNull();
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Reject);
        (await h.Store.Jobs.FindUniqueAsync(Queue, "u", default)).Should().BeNull();
    }

    [Fact]
    public async Task Ready_jobs_that_have_lost_a_lease_are_listed_last_also_on_a_later_page()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 2; i++)
            await AddJobAsync(h, $"suspect {i}", new JobTerms { Priority = JobPriority.High });
        await TakeAsync(h, Hasty, credit: 2);
        (await h.Store.Jobs.ReclaimAsync(Queue, Hasty, default)).Lost.Should().HaveCount(2);
        await h.Store.Jobs.TakeAsync(Queue, Request(0) with { Consumers = [] }, Patient, default);
        for (var i = 0; i < 3; i++)
            await AddJobAsync(h, $"new {i}");

        var listed = new List<string>();
        for (var skip = 0; skip < 5; skip++)
        {
            var one = await h.Store.Jobs.ListAsync(Queue, JobState.Ready, skip, 1, withContent: true, default);
            listed.Add(Encoding.UTF8.GetString(one.Single().Content!.Value.Body.Span));
        }

        listed.Should().Equal("new 0", "new 1", "new 2", "suspect 0", "suspect 1");
        (await h.Store.Jobs.ListAsync(Queue, JobState.Ready, 4, 9, withContent: false, default)).Should().ContainSingle();
    }

    // One job in each state, whose body is the name of the state, and one that was completed.
    private static async Task FillAsync(StoreHarness h)
    {
        await AddJobAsync(h, "Dead", Terms("Dead"));
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Reject);
        await AddJobAsync(h, "Completed", Terms("Completed"));
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Complete);
        await AddJobAsync(h, "Retrying", Terms("Retrying"));
        var failing = (await TakeAsync(h, Patient)).Single();
        await h.Store.Jobs.SettleAsync(Queue, [new Settlement(failing.Lease, SettlementKind.Retry) { Delay = 600 * Second }], Patient, default);
        await AddJobAsync(h, "Leased", Terms("Leased"));
        (await TakeAsync(h, Patient)).Should().ContainSingle();
        await AddJobAsync(h, "Blocked", Terms("Blocked") with { Key = "Leased" });
        await AddJobAsync(h, "Delayed", Terms("Delayed") with { Delay = 600 * Second });
        await AddJobAsync(h, "Ready", Terms("Ready"));

        static JobTerms Terms(string name) =>
            new() { Key = name, Unique = "only " + name, Priority = JobPriority.High, TimeToLive = 6_000 * Second };
    }
}
