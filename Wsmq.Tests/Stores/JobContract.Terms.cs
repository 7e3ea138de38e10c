using System.Collections.Concurrent;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// What a sender may demand, lost leases, limits.
public abstract partial class JobContract
{
    [Fact]
    public async Task A_delayed_job_is_not_taken_before_its_time()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "late", new JobTerms { Delay = 400 * 86_400 * Second });
        await AddJobAsync(h, "soon", new JobTerms { Delay = Second / 10 });

        var result = await h.Store.Jobs.TakeAsync(Queue, Request(2), Patient, default);
        if (result.Jobs.Count == 0)
            (result.NextDue - result.Now).Should().BeInRange(1, Second / 10);
        await Eventually.That("the job is due", async () =>
        {
            if (result.Jobs.Count == 0)
                result = await h.Store.Jobs.TakeAsync(Queue, Request(2), Patient, default);
            return result.Jobs.Count > 0;
        });

        result.Jobs.Select(Text).Should().Equal("soon");
        result.Now.Should().BeGreaterThanOrEqualTo(result.Jobs[0].Due);
        (result.NextDue - result.Now).Should().BeInRange(399 * 86_400 * Second, 400 * 86_400 * Second);
    }

    [Fact]
    public async Task Jobs_that_are_due_at_the_same_moment_are_taken_in_the_order_in_which_they_were_stored()
    {
        await using var h = await CreateAsync();
        var now = (await h.Store.Jobs.TakeAsync(Queue, Request(1), Patient, default)).Now;
        now = now == 0 ? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000 : now;
        foreach (var name in new[] { "b", "a", "c", "z", "m" })
            await AddJobAsync(h, name, new JobTerms { NotBefore = now + (Second / 2) });

        IReadOnlyList<TakenJob> taken = [];
        await Eventually.That("the jobs are due", async () => (taken = await TakeAsync(h, Patient, credit: 9)).Count > 0);

        taken.Select(Text).Should().Equal("b", "a", "c", "z", "m");
    }

    [Fact]
    public async Task Jobs_of_one_key_are_taken_one_at_a_time_and_in_order_and_hold_up_no_other()
    {
        await using var h = await CreateAsync();
        foreach (var (name, key) in new[] { ("a1", "a"), ("a2", "a"), ("b1", "b"), ("free", ""), ("a3", "a") })
            await AddJobAsync(h, name, new JobTerms { Key = key, Priority = name == "a3" ? JobPriority.High : JobPriority.Normal });

        var first = await TakeAsync(h, Patient, credit: 9);
        first.Select(Text).Should().Equal("a1", "b1", "free");
        (await TakeAsync(h, Patient, credit: 9)).Should().BeEmpty();

        // A retry keeps the key.
        await h.Store.Jobs.SettleAsync(Queue, [new Settlement(first[0].Lease, SettlementKind.Retry) { Delay = 600 * Second }], Patient, default);
        (await TakeAsync(h, Patient, credit: 9)).Should().BeEmpty();
        await SettleAsync(h, Patient, first[1], SettlementKind.Complete);
        (await TakeAsync(h, Patient, credit: 9)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(SettlementKind.Complete)]
    [InlineData(SettlementKind.Reject)]
    internal async Task The_next_job_of_a_key_follows_when_the_one_before_it_has_ended(SettlementKind kind)
    {
        await using var h = await CreateAsync();
        foreach (var name in new[] { "1", "2", "3" })
            await AddJobAsync(h, name, new JobTerms { Key = "bob:", Priority = name == "3" ? JobPriority.High : JobPriority.Low });

        var taken = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var job = (await TakeAsync(h, Patient, credit: 9)).Single();
            taken.Add(Text(job));
            await SettleAsync(h, Patient, job, kind);
        }

        taken.Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task A_key_that_begins_with_another_one_is_a_key_of_its_own()
    {
        await using var h = await CreateAsync();
        foreach (var key in new[] { "a", "ab", "é", "a:b" })
        {
            await AddJobAsync(h, key + "1", new JobTerms { Key = key });
            await AddJobAsync(h, key + "2", new JobTerms { Key = key });
        }

        var first = await TakeAsync(h, Patient, credit: 9);
        foreach (var job in first)
            await SettleAsync(h, Patient, job, SettlementKind.Complete);

        first.Select(Text).Should().Equal("a1", "ab1", "é1", "a:b1");
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("a2", "ab2", "é2", "a:b2");
    }

    [Fact]
    public async Task A_delayed_job_does_not_hold_its_key_and_takes_its_place_when_it_is_due()
    {
        await using var h = await CreateAsync();
        // In one batch: the second must be stored before the first is due.
        await h.AppendAsync(
            h.New(Queue, "delayed") with { Job = new JobTerms { Key = "k", Delay = Second / 5 } },
            h.New(Queue, "first") with { Job = new JobTerms { Key = "k" } });
        var first = (await TakeAsync(h, Patient)).Single();
        Text(first).Should().Be("first");
        await Eventually.That("the delay is over", async () =>
            (await h.Store.Jobs.TakeAsync(Queue, Request(1), Patient, default)).NextDue is null);
        await AddJobAsync(h, "last", new JobTerms { Key = "k" });

        await SettleAsync(h, Patient, first, SettlementKind.Complete);
        var second = (await TakeAsync(h, Patient, credit: 9)).Single();
        await SettleAsync(h, Patient, second, SettlementKind.Complete);

        Text(second).Should().Be("delayed");
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("last");
    }

    [Fact]
    public async Task A_unique_text_is_taken_until_its_job_has_ended()
    {
        await using var h = await CreateAsync();
        var terms = new JobTerms { Unique = "row 7" };
        var first = await AddJobAsync(h, "1", terms);
        var refused = await h.AppendAsync(h.New(Queue, "2") with { Job = terms });
        var job = (await TakeAsync(h, Patient)).Single();
        var refusedToo = await h.AppendAsync(h.New(Queue, "3") with { Job = terms });
        await SettleAsync(h, Patient, job, SettlementKind.Complete);
        var second = await AddJobAsync(h, "4", terms);

        refused.Concat(refusedToo).Should().AllSatisfy(r => (r.Position, r.Duplicate, r.IsUniqueTaken).Should().Be((first, true, true)));
        second.Should().BeGreaterThan(first);
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("4");
    }

    [Fact]
    public async Task A_repeated_message_is_a_duplicate_also_after_its_job_has_ended()
    {
        await using var h = await CreateAsync();
        var request = h.New(Queue, "1");
        var first = (await h.AppendAsync(request)).Single();
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.Complete);
        var again = (await h.AppendAsync(request)).Single();

        (again.Position, again.Duplicate, again.IsUniqueTaken).Should().Be((first.Position, true, false));
        (await TakeAsync(h, Patient)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_job_whose_time_to_live_has_passed_becomes_a_dead_letter_and_is_not_taken()
    {
        await using var h = await CreateAsync();
        var position = await AddJobAsync(h, "old", new JobTerms { TimeToLive = 1 });
        await AddJobAsync(h, "young", new JobTerms { TimeToLive = 600 * Second });

        var result = await h.Store.Jobs.TakeAsync(Queue, Request(9), Patient, default);

        result.Jobs.Select(Text).Should().Equal("young");
        result.Ended.Should().Equal(new DeadJob(position, DeadReason.Expired, ""));
    }

    [Fact]
    public async Task Waiting_jobs_whose_time_to_live_has_passed_become_dead_letters_without_a_consumer()
    {
        await using var h = await CreateAsync();
        var delayed = await AddJobAsync(h, "delayed", new JobTerms { TimeToLive = 1, Delay = 600 * Second });
        var first = await AddJobAsync(h, "first", new JobTerms { TimeToLive = 1, Key = "k" });
        var blocked = await AddJobAsync(h, "blocked", new JobTerms { TimeToLive = 1, Key = "k" });
        await AddJobAsync(h, "stays", new JobTerms { Key = "k" });

        var ended = (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Dead;

        ended.Select(d => d.Job).Should().BeEquivalentTo([delayed, first, blocked]);
        ended.Should().OnlyContain(d => d.Reason == DeadReason.Expired);
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("stays");
    }

    [Fact]
    public async Task A_queue_that_is_full_refuses_further_jobs_until_some_are_taken()
    {
        await using var h = await CreateAsync();
        var terms = new JobTerms { MaxWaiting = 2 };
        var results = await h.AppendAsync([.. Enumerable.Range(0, 3).Select(i => h.New(Queue, $"{i}") with { Job = terms })]);
        await TakeAsync(h, Patient);
        await AddJobAsync(h, "3", terms);

        results.Select(r => r.IsQueueFull).Should().Equal(false, false, true);
        (await h.AppendAsync(h.New(Queue) with { Job = terms with { MaxWaiting = 9, MaxBytes = 10 } })).Single().IsQueueFull.Should().BeTrue();
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("1", "3");
    }

    [Fact]
    public async Task A_job_whose_leases_are_lost_becomes_a_dead_letter_that_names_its_last_consumer()
    {
        await using var h = await CreateAsync();
        var position = await AddJobAsync(h, "killer");
        var lost = new List<int>();
        ReclaimedJobs reclaimed;
        do
        {
            var job = (await TakeAsync(h, Hasty)).Single();
            lost.Add(job.Lost);
            job.Attempt.Should().Be(1, "a lost lease is no failed attempt");
            reclaimed = await h.Store.Jobs.ReclaimAsync(Queue, Patient, default);
            reclaimed.Lost.Should().Equal((position, "worker"));
        }
        while (reclaimed.Dead.Count == 0);

        lost.Should().Equal(0, 1, 2);
        reclaimed.Dead.Should().Equal(new DeadJob(position, DeadReason.LeasesLost, "worker"));
        (await TakeAsync(h, Patient)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_lease_that_has_run_out_is_valid_until_it_is_taken_back()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var job = (await TakeAsync(h, Hasty)).Single();

        (await h.Store.Jobs.ExtendAsync(Queue, [job.Lease], Patient, default)).Should().Equal(true);
        (await SettleAsync(h, Patient, job, SettlementKind.Complete)).Should().Be(SettleResult.Done);
    }

    [Fact]
    public async Task An_extended_lease_ends_a_full_duration_later()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "x");
        var job = (await TakeAsync(h, Patient)).Single();
        var before = (await h.Store.Jobs.TakeAsync(Queue, Request(1), Patient, default)).NextEnd;
        await h.Store.Jobs.ExtendAsync(Queue, [job.Lease], Patient with { Lease = 1 }, default);
        var after = await h.Store.Jobs.TakeAsync(Queue, Request(1), Patient, default);

        after.NextEnd.Should().BeGreaterThan(before!.Value);
        (after.NextEnd - after.Now).Should().BeInRange(Patient.Lease / 2, Patient.Lease, "the duration is that of the grant");
        (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Lost.Should().BeEmpty();
    }

    [Fact]
    public async Task A_consumer_gets_one_suspect_at_a_time()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 3; i++)
            await AddJobAsync(h, $"suspect {i}");
        (await TakeAsync(h, Hasty, credit: 9)).Should().HaveCount(3);
        (await h.Store.Jobs.ReclaimAsync(Queue, Patient, default)).Lost.Should().HaveCount(3);
        await AddJobAsync(h, "other");

        JobConsumer[] consumers = [new("a", 9), new("b", 9, MayTakeSuspect: false), new("c", 9)];
        var result = await h.Store.Jobs.TakeAsync(Queue, new TakeRequest(consumers), Patient, default);

        result.Jobs.Where(j => j.IsSuspect).Select(j => (j.Consumer, Text(j))).Should().Equal((0, "suspect 0"), (2, "suspect 1"));
        result.Jobs.Where(j => !j.IsSuspect).Select(Text).Should().Equal("other");
        result.More.Should().BeTrue();
    }

    [Fact]
    public async Task Appended_and_returned_jobs_are_signalled()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Queue, heard.Enqueue, default);
        await AddJobAsync(h, "x");
        await Eventually.That("the new job is signalled", () => heard.Count == 1);
        await SettleAsync(h, Patient, (await TakeAsync(h, Patient)).Single(), SettlementKind.HandBack);
        await Eventually.That("the returned job is signalled", () => heard.Count == 2);
        (await TakeAsync(h, Hasty)).Should().ContainSingle();
        await h.Store.Jobs.ReclaimAsync(Queue, Patient, default);
        await Eventually.That("the lost lease is signalled", () => heard.Count == 3);
    }

    [Fact]
    public async Task A_queue_and_the_logs_of_its_lane_do_not_mix()
    {
        await using var h = await CreateAsync();
        var user = WsmqAddress.User(Queue.Name);
        await h.AddAsync(user, "message");
        await AddJobAsync(h, "job");

        (await h.ReadAsync(user)).Entries.Select(StoreHarness.Text).Should().Equal("message");
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("job");
    }
}
