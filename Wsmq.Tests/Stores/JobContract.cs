using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

/// <summary>
/// The contract of the jobs of work queues (see <see cref="IJobStore"/>), and that of every store. Here: taking and ending jobs.
/// </summary>
public abstract partial class JobContract : StoreContract
{
    [Fact]
    public async Task A_job_is_taken_by_one_consumer_with_its_content()
    {
        await using var h = await CreateAsync();
        var position = await AddJobAsync(h, "resize");

        var taken = await TakeAsync(h, Patient);
        var again = await TakeAsync(h, Patient);

        taken.Should().ContainSingle();
        taken[0].Lease.Job.Should().Be(position);
        (taken[0].Attempt, taken[0].Lost).Should().Be((1, 0));
        Encoding.UTF8.GetString(taken[0].Metadata.Span).Should().Be("meta:resize");
        Text(taken[0]).Should().Be("resize");
        again.Should().BeEmpty();
    }

    [Fact]
    public async Task A_queue_without_jobs_gives_nothing_and_names_no_times()
    {
        await using var h = await CreateAsync();
        var result = await h.Store.Jobs.TakeAsync(Queue, Request(1), Patient, default);

        result.Jobs.Should().BeEmpty();
        (result.NextDue, result.NextEnd, result.More).Should().Be((null, null, false));
    }

    [Fact]
    public async Task Jobs_are_taken_in_the_order_in_which_they_were_stored()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 10; i++)
            await h.AppendAsync([.. Enumerable.Range(100 * i, 100).Select(n => h.New(Queue, $"{n}"))]);

        var taken = new List<string>();
        for (var left = true; left;)
        {
            var result = await h.Store.Jobs.TakeAsync(Queue, Request(7), Patient, default);
            taken.AddRange(result.Jobs.Select(Text));
            left = result.More;
        }

        taken.Should().Equal(Enumerable.Range(0, 1_000).Select(n => $"{n}"));
    }

    [Fact]
    public async Task A_higher_priority_is_taken_before_an_earlier_job()
    {
        await using var h = await CreateAsync();
        foreach (var (name, priority) in new[] { ("low", JobPriority.Low), ("normal", JobPriority.Normal), ("high", JobPriority.High), ("high 2", JobPriority.High) })
            await AddJobAsync(h, name, new JobTerms { Priority = priority });

        (await TakeAsync(h, Patient, credit: 4)).Select(Text).Should().Equal("high", "high 2", "normal", "low");
    }

    [Fact]
    public async Task Consumers_get_jobs_in_turn_and_no_more_than_their_credit()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 8; i++)
            await AddJobAsync(h, $"{i}");

        var result = await h.Store.Jobs.TakeAsync(
            Queue, new TakeRequest([new JobConsumer("a", 1), new JobConsumer("b", 4), new JobConsumer("c", 2)]), Patient, default);

        result.Jobs.Select(Text).Should().Equal("0", "1", "2", "3", "4", "5", "6");
        result.Jobs.Select(j => j.Consumer).Should().Equal(0, 1, 2, 1, 2, 1, 1);
        result.More.Should().BeTrue();
    }

    [Fact]
    public async Task A_take_ends_with_the_job_that_reaches_the_byte_limit()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 4; i++)
            await AddJobAsync(h, new string('x', 1_000));

        var first = await h.Store.Jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("a", 9)], MaxBytes: 1), Patient, default);
        var second = await h.Store.Jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("a", 9)], MaxBytes: 2_500), Patient, default);

        (first.Jobs.Count, first.More).Should().Be((1, true));
        (second.Jobs.Count, second.More).Should().Be((2, true));
    }

    [Fact]
    public async Task No_more_jobs_are_leased_than_the_queue_allows()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 4; i++)
            await AddJobAsync(h, $"{i}");
        var rules = Patient with { MaxInFlight = 2 };

        var first = await TakeAsync(h, rules, credit: 9);
        (await TakeAsync(h, rules, credit: 9)).Should().BeEmpty();
        await SettleAsync(h, rules, first[0], SettlementKind.Complete);

        first.Should().HaveCount(2);
        (await TakeAsync(h, rules, credit: 9)).Select(Text).Should().Equal("2");
    }

    [Fact]
    public async Task A_completed_job_is_gone_and_a_second_completion_finds_the_lease_lost()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var job = (await TakeAsync(h, Hasty))[0];

        (await SettleAsync(h, Patient, job, SettlementKind.Complete)).Should().Be(SettleResult.Done);
        (await SettleAsync(h, Patient, job, SettlementKind.Complete)).Should().Be(SettleResult.LeaseLost);
        (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Lost.Should().BeEmpty();
        (await TakeAsync(h, Patient)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(SettlementKind.Complete)]
    [InlineData(SettlementKind.Retry)]
    [InlineData(SettlementKind.Reject)]
    [InlineData(SettlementKind.HandBack)]
    internal async Task A_token_of_an_earlier_grant_changes_nothing(SettlementKind kind)
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var old = (await TakeAsync(h, Hasty))[0];
        (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Lost.Should().Equal((old.Lease.Job, "worker"));

        (await SettleAsync(h, Patient, old, kind)).Should().Be(SettleResult.LeaseLost, "nobody holds it");
        var current = (await TakeAsync(h, Patient))[0];
        (await SettleAsync(h, Patient, old, kind)).Should().Be(SettleResult.LeaseLost, "another one holds it");
        (await h.Store.Jobs.ExtendAsync(Queue, [old.Lease, current.Lease], Patient, default)).Should().Equal(false, true);
        current.Lease.Token.Should().NotBe(old.Lease.Token).And.HaveLength(JobLease.TokenLength);
        (await SettleAsync(h, Patient, current, SettlementKind.Complete)).Should().Be(SettleResult.Done);
    }

    [Fact]
    public async Task A_failed_job_is_retried_until_its_attempts_are_used_up()
    {
        await using var h = await CreateAsync();
        var position = await AddJobAsync(h, "x");
        var attempts = new List<int>();
        var results = new List<SettleResult>();
        for (var i = 0; i < 3; i++)
        {
            var job = (await TakeAsync(h, Patient)).Single();
            attempts.Add(job.Attempt);
            results.Add(await SettleAsync(h, Patient, job, SettlementKind.Retry));
        }

        attempts.Should().Equal(1, 2, 3);
        results.Should().Equal(SettleResult.Done, SettleResult.Done, SettleResult.DeadLettered);
        (await TakeAsync(h, Patient)).Should().BeEmpty();
        (await h.Store.Jobs.ReadAsync(Queue, position, default))!.DeadReason.Should().Be(DeadReason.AttemptsUsedUp);
    }

    [Fact]
    public async Task A_retry_that_does_not_count_uses_up_no_attempt()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        for (var i = 0; i < 5; i++)
        {
            var job = (await TakeAsync(h, Patient)).Single();
            job.Attempt.Should().Be(1);
            (await h.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, SettlementKind.Retry) { Counts = false }], Patient, default))
                .Should().Equal(SettleResult.Done);
        }
    }

    [Fact]
    public async Task A_retry_waits_for_its_own_delay_or_for_the_back_off_and_names_the_time()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var rules = Patient with { MinBackoff = 100_000 * Second, MaxBackoff = 1_000_000 * Second };
        var job = (await TakeAsync(h, rules)).Single();
        await h.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, SettlementKind.Retry) { Delay = 0 }], rules, default);
        job = (await TakeAsync(h, rules)).Single();
        await SettleAsync(h, rules, job, SettlementKind.Retry);

        var result = await h.Store.Jobs.TakeAsync(Queue, Request(1), rules, default);

        // The second back-off, 200,000 s, is shortened by up to half; the first one would be 100,000 s at most.
        result.Jobs.Should().BeEmpty();
        (result.NextDue - result.Now).Should().BeInRange(99_000 * Second, 200_000 * Second);
    }

    [Fact]
    public async Task A_rejected_job_is_a_dead_letter_at_once()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var job = (await TakeAsync(h, Patient)).Single();

        (await SettleAsync(h, Patient, job, SettlementKind.Reject)).Should().Be(SettleResult.DeadLettered);
        (await TakeAsync(h, Patient)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_job_that_is_handed_back_is_taken_again_first_as_the_same_attempt()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "1");
        await AddJobAsync(h, "2");
        var first = (await TakeAsync(h, Patient)).Single();
        await SettleAsync(h, Patient, first, SettlementKind.HandBack);

        var taken = await TakeAsync(h, Patient, credit: 2);

        taken.Select(Text).Should().Equal("1", "2");
        taken.Select(j => j.Attempt).Should().Equal(1, 1);
        taken[0].Due.Should().Be(first.Due);
    }

    [Fact]
    public async Task Jobs_and_leases_survive_a_restart()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 3; i++)
            await AddJobAsync(h, $"{i}");
        var leased = (await TakeAsync(h, Patient)).Single();

        await h.RestartAsync();

        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("1", "2");
        (await h.Store.Jobs.ExtendAsync(Queue, [leased.Lease], Patient, default)).Should().Equal(true);
        (await SettleAsync(h, Patient, leased, SettlementKind.Complete)).Should().Be(SettleResult.Done);
    }
}
