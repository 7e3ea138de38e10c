using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

/// <summary>How a node gives jobs to its consumers; one derived class for each store.</summary>
public abstract class QueueDispatcherContract
{
    private const long Second = 1_000_000;

    private protected static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    // So that nothing depends on the tail check.
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static readonly QueueRules Rules = new()
    {
        Lease = 600 * Second, MaxAttempts = 3, MaxLostLeases = 9, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 100,
        MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = 3_600 * Second,
    };

    /// <summary>A started, empty store.</summary>
    private protected abstract Task<StoreHarness> CreateAsync();

    [Fact]
    public async Task A_waiting_consumer_gets_a_job_when_it_is_stored()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 1);
        await AddAsync(h, "1");

        await Eventually.That("the job is given", () => consumer.Given.Count == 1);
        consumer.Bodies.Should().Equal("1");
    }

    [Fact]
    public async Task A_consumer_that_joins_gets_the_jobs_that_wait_up_to_its_credit_and_more_when_it_has_settled_some()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 6; i++)
            await AddAsync(h, $"{i}");
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 2);
        for (var i = 0; i < 6; i++)
        {
            await Eventually.That("a job is given", () => consumer.Given.Count > i);
            consumer.Credit.Should().BeGreaterThanOrEqualTo(0);
            (await consumer.SettleAsync(consumer.Given.ElementAt(i))).Should().Be(SettleResult.Done);
        }

        consumer.Bodies.Should().Equal("0", "1", "2", "3", "4", "5");
    }

    [Fact]
    public async Task A_delayed_job_is_given_when_it_is_due_although_a_later_one_was_waited_for()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 9);
        await AddAsync(h, "late", new JobTerms { Delay = 600 * Second });
        await AddAsync(h, "soon", new JobTerms { Delay = Second / 5 });

        await Eventually.That("one is due", () => consumer.Given.Count == 1);
        consumer.Bodies.Should().Equal("soon");
    }

    [Fact]
    public async Task Jobs_that_are_due_in_months_stay_delayed_and_cost_no_calls()
    {
        await using var h = await CreateAsync();
        var takes = 0;
        await using var dispatcher = await StartAsync(h, () =>
        {
            Interlocked.Increment(ref takes);
            return Rules;
        });
        var consumer = Join(dispatcher, credit: 1);
        foreach (var days in new[] { 25, 50, 400 })
            await AddAsync(h, "months", new JobTerms { Delay = days * 86_400 * Second });
        const int Others = 10;
        for (var i = 0; i < Others; i++)
        {
            await AddAsync(h, $"{i}");
            await Eventually.That("the job is given", () => consumer.Given.Count > i);
            await consumer.SettleAsync(consumer.Given.Last());
        }

        consumer.Bodies.Should().Equal(Enumerable.Range(0, Others).Select(i => $"{i}"));
        (await h.Store.Jobs.InfoAsync(Queue, default)).Delayed.Should().Be(3);
        Volatile.Read(ref takes).Should().BeLessThan(10 * Others, "the store is asked when something changes");
    }

    [Fact]
    public async Task Jobs_of_a_queue_with_a_rate_are_given_as_it_allows_without_another_signal()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. Enumerable.Range(0, 8).Select(i => h.New(Queue, $"{i}"))]);
        await using var dispatcher = await StartAsync(h, Rules with { MaxPerSecond = 20 });
        var start = TimeProvider.System.GetTimestamp();
        var consumer = Join(dispatcher, credit: 9);

        await Eventually.That("all are given", () => consumer.Given.Count == 8);

        // Two at once, then one each twentieth of a second.
        TimeProvider.System.GetElapsedTime(start).Should().BeGreaterThan(TimeSpan.FromSeconds(5 / 20.0));
        consumer.Bodies.Should().Equal(Enumerable.Range(0, 8).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_retry_is_given_again_after_its_delay()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h, Rules with { MinBackoff = Second / 5, MaxBackoff = Second / 5 });
        var consumer = Join(dispatcher, credit: 1);
        await AddAsync(h, "1");
        await Eventually.That("the job is given", () => consumer.Given.Count == 1);
        await consumer.SettleAsync(consumer.Given.First(), SettlementKind.Retry);

        await Eventually.That("the job is given again", () => consumer.Given.Count == 2);
        consumer.Given.Select(j => j.Attempt).Should().Equal(1, 2);
    }

    [Fact]
    public async Task Every_job_is_given_to_one_of_the_consumers_of_two_nodes()
    {
        await using var h = await CreateAsync();
        await using var other = await OtherNodeAsync(h);
        await using var first = await StartAsync(h);
        await using var second = await StartAsync(other ?? h);
        RecordingConsumer[] consumers = [Join(first, 60, "a"), Join(first, 60, "b"), Join(second, 60, "c"), Join(second, 60, "d")];
        for (var i = 0; i < 100; i++)
            await AddAsync(h, $"{i}");

        await Eventually.That("all are given", () => consumers.Sum(c => c.Given.Count) >= 100);
        consumers.SelectMany(c => c.Bodies).Should().OnlyHaveUniqueItems().And.HaveCount(100);
    }

    [Fact]
    public async Task A_job_of_a_consumer_that_is_gone_is_given_again_when_its_lease_has_run_out()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h, Rules with { Lease = Second / 4 });
        var gone = Join(dispatcher, credit: 1, "gone");
        await AddAsync(h, "1");
        await Eventually.That("the job is given", () => gone.Given.Count == 1);
        gone.Closed = true;
        dispatcher.Remove(gone);
        var next = Join(dispatcher, credit: 1, "next");

        await Eventually.That("the job is given again", () => next.Given.Count == 1);
        (next.Given.First().Lost, next.Given.First().Attempt).Should().Be((1, 1));
        (await gone.SettleAsync(gone.Given.First())).Should().Be(SettleResult.LeaseLost);
    }

    [Fact]
    public async Task A_lease_can_be_extended_until_its_job_is_settled()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 1);
        await AddAsync(h, "1");
        await Eventually.That("the job is given", () => consumer.Given.Count == 1);
        var job = consumer.Given.First();

        (await dispatcher.ExtendAsync(job.Lease)).Should().BeTrue();
        await consumer.SettleAsync(job);
        (await dispatcher.ExtendAsync(job.Lease)).Should().BeFalse();
    }

    [Fact]
    public async Task A_job_that_its_consumer_does_not_accept_goes_to_another_one_uncounted()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var closing = Join(dispatcher, credit: 1, "closing");
        closing.Refuses = true;
        await AddAsync(h, "1");
        var open = Join(dispatcher, credit: 1, "open");

        await Eventually.That("the job is given", () => open.Given.Count == 1);
        (open.Given.First().Attempt, open.Given.First().Lost).Should().Be((1, 0));
    }

    [Fact]
    public async Task Consumers_learn_of_a_pause_and_get_jobs_again_when_the_queue_is_resumed()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 1);
        await AddAsync(h, "1");
        await AddAsync(h, "2");
        await Eventually.That("the first job is given", () => consumer.Given.Count == 1);

        await h.Store.Jobs.PauseAsync(Queue, paused: true, default);
        await Eventually.That("the consumer is told, although it has no credit", () => consumer.Pauses > 0);
        await consumer.SettleAsync(consumer.Given.First());
        await h.Store.Jobs.PauseAsync(Queue, paused: false, default);

        await Eventually.That("the second job is given", () => consumer.Given.Count == 2);
    }

    [Fact]
    public async Task The_consumer_that_holds_a_job_is_told_that_it_was_removed_on_another_node()
    {
        await using var h = await CreateAsync();
        await using var other = await OtherNodeAsync(h);
        await using var dispatcher = await StartAsync(h);
        var (holder, idle) = (Join(dispatcher, credit: 1, "holder"), Join(dispatcher, credit: 0, "idle"));
        await AddAsync(h, "1");
        await Eventually.That("the job is given", () => holder.Given.Count == 1);
        var job = holder.Given.First().Lease.Job;

        await (other ?? h).Store.Jobs.RemoveAsync(Queue, [job], evenLeased: true, Rules, default);

        await Eventually.That("the consumer is told", () => !holder.Cancelled.IsEmpty);
        holder.Cancelled.Should().Equal(job);
        idle.Cancelled.Should().BeEmpty();
    }

    [Fact]
    public async Task Many_settlements_of_many_callers_have_results_of_their_own()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 500);
        await h.AppendAsync([.. Enumerable.Range(0, 400).Select(i => h.New(Queue, $"{i}"))]);
        await Eventually.That("all are given", () => consumer.Given.Count == 400);

        var results = await Task.WhenAll(consumer.Given.Concat(consumer.Given.Take(10)).Select(j => consumer.SettleAsync(j)));

        results.Take(400).Should().OnlyContain(r => r == SettleResult.Done);
        results.Skip(400).Should().OnlyContain(r => r == SettleResult.LeaseLost);
    }

    [Fact]
    public async Task Options_that_change_hold_for_what_is_taken_from_then_on()
    {
        await using var h = await CreateAsync();
        var rules = Rules with { MaxInFlight = 1 };
        await using var dispatcher = await StartAsync(h, () => rules);
        var consumer = Join(dispatcher, credit: 9);
        for (var i = 0; i < 3; i++)
            await AddAsync(h, $"{i}");
        await Eventually.That("one is given", () => consumer.Given.Count == 1);

        rules = Rules with { Lease = 2 * Rules.Lease, MaxAttempts = 1 };
        dispatcher.Wake();
        await Eventually.That("all are given", () => consumer.Given.Count == 3);

        dispatcher.Rules.Lease.Should().Be(2 * Rules.Lease);
        (await consumer.SettleAsync(consumer.Given.Last(), SettlementKind.Retry)).Should().Be(SettleResult.DeadLettered);
    }

    /// <summary>Another node on the same data; null if the store serves one node, which then has two dispatchers.</summary>
    private protected virtual Task<StoreHarness?> OtherNodeAsync(StoreHarness first) => Task.FromResult<StoreHarness?>(null);

    private protected static Task<QueueDispatcher> StartAsync(StoreHarness h, QueueRules? rules = null) => StartAsync(h, () => rules ?? Rules);

    private static async Task<QueueDispatcher> StartAsync(StoreHarness h, Func<QueueRules> rules)
    {
        var dispatcher = new QueueDispatcher(Queue, rules, h.Store, TimeProvider.System, Never, Telemetry());
        await dispatcher.StartAsync(default);
        return dispatcher;
    }

    private protected static RecordingConsumer Join(QueueDispatcher dispatcher, int credit, string name = "consumer")
    {
        var consumer = new RecordingConsumer(dispatcher, credit, name);
        dispatcher.Add(consumer);
        return consumer;
    }

    private protected static Task AddAsync(StoreHarness h, string body, JobTerms? terms = null) => h.AppendAsync(h.New(Queue, body) with { Job = terms });

    private static QueueTelemetry Telemetry() => new(Queue, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
}
