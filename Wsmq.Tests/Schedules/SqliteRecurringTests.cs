using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Schedules;

/// <summary>Recurring jobs on a store whose clock the test sets.</summary>
public sealed class SqliteRecurringTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 30, TimeSpan.Zero));
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_occurrence_is_fired_when_it_is_due_and_carries_its_time()
    {
        await using var node = await StartAsync(b => b.AddRecurring(RecurringJobs.Queue, "every-ten", "*/10 * * * *", new BuildReport("a")));
        (await TimesAsync(node)).Should().BeEmpty();

        await AdvanceAsync(node, TimeSpan.FromMinutes(25), step: TimeSpan.FromMinutes(1), expected: 2);

        (await TimesAsync(node)).Should().Equal("12:10", "12:20");
        (await RecurringJobs.JobsAsync(RecurringJobs.StoreOf(node))).Select(j => j.Body).Should().AllBe("""{"kind":"a"}""");
    }

    [Theory]
    [InlineData(WsmqMissedRuns.One, new[] { "12:10" })]
    [InlineData(WsmqMissedRuns.None, new string[0])]
    [InlineData(WsmqMissedRuns.All, new[] { "11:50", "12:00", "12:10" })]
    public async Task After_a_day_of_outage_the_policy_decides_what_runs(WsmqMissedRuns missed, string[] expected)
    {
        Action<WsmqBuilder> declare = b => b.AddRecurring(
            RecurringJobs.Queue, "every-ten", "*/10 * * * *", new BuildReport("a"), o => (o.Missed, o.MaxMissed) = (missed, 3));
        await (await StartAsync(declare)).DisposeAsync();
        _clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(15));

        await using var node = await StartAsync(declare);
        await EventuallyAsync("the next occurrence is planned", async () => (await StateAsync(node, "every-ten")).Due > _clock.NowMicros());

        (await TimesAsync(node)).Should().Equal(expected);
        (await AllAsync(node)).Where(o => o.Day != 2).Should().BeEmpty();
        _logs.All.Should().ContainSingle(line => line.Contains("has missed occurrences", StringComparison.Ordinal));
        await AdvanceAsync(node, TimeSpan.FromMinutes(5), step: TimeSpan.FromMinutes(1), expected: expected.Length + 1);
        (await TimesAsync(node)).Should().Equal([.. expected, "12:20"]);
    }

    [Fact]
    public async Task Many_missed_occurrences_are_stored_in_several_steps_in_order()
    {
        Action<WsmqBuilder> declare = b => b.AddRecurring(
            RecurringJobs.Queue, "often", "* * * * *", new BuildReport(new string('x', 10_000)), o => (o.Missed, o.MaxMissed) = (WsmqMissedRuns.All, 350));
        await (await StartAsync(declare)).DisposeAsync();
        _clock.Advance(TimeSpan.FromHours(24));

        await using var node = await StartAsync(declare);
        await EventuallyAsync("all are stored", async () => (await AllAsync(node)).Count == 350);

        var all = await AllAsync(node);
        all.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        all[^1].Should().Be(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_higher_version_replaces_a_recurring_job_with_its_stored_occurrence_and_stops_what_it_no_longer_names()
    {
        await (await StartAsync(b => Version(b, 1)
            .AddRecurring(RecurringJobs.Queue, "nightly", "30 1 * * *", new BuildReport("old"))
            .AddRecurring(RecurringJobs.Queue, "gone", "* * * * *", new BuildReport("gone")))).DisposeAsync();

        await using var node = await StartAsync(b => Version(b, 2).AddRecurring(
            RecurringJobs.Queue, "nightly", "45 12 * * *", new BuildReport("new"), o => o.TimeZone = "Europe/Berlin"));
        await AdvanceAsync(node, TimeSpan.FromHours(48), step: TimeSpan.FromHours(1), expected: 2);

        (await TimesAsync(node)).Should().Equal("11:45", "11:45");
        (await RecurringJobs.JobsAsync(RecurringJobs.StoreOf(node))).Select(j => j.Body).Should().AllBe("""{"kind":"new"}""");
        (await DeclaredAsync(node)).Schedules.Keys.Should().Equal("nightly");
    }

    [Fact]
    public async Task A_lower_version_after_a_restart_is_a_way_back()
    {
        Action<WsmqBuilder> old = b => Version(b, 1).AddRecurring(RecurringJobs.Queue, "nightly", "*/10 * * * *", new BuildReport("old"));
        await (await StartAsync(old)).DisposeAsync();
        await (await StartAsync(b => Version(b, 2, q => q.MaxAttempts = 9).AddRecurring(RecurringJobs.Queue, "nightly", "0 0 1 1 *", new BuildReport("new")))).DisposeAsync();

        await using var node = await StartAsync(old);
        await AdvanceAsync(node, TimeSpan.FromMinutes(10), step: TimeSpan.FromMinutes(1), expected: 1);

        (await TimesAsync(node)).Should().Equal("12:10");
        node.Services.GetRequiredService<Wsmq.Server.Declarations.QueueDeclarations>().RulesOf(RecurringJobs.Queue).MaxAttempts.Should().Be(5);
    }

    [Fact]
    public async Task Another_body_with_the_same_times_keeps_the_stored_occurrence()
    {
        await (await StartAsync(b => b.AddRecurring(RecurringJobs.Queue, "nightly", "*/10 * * * *", new BuildReport("old")))).DisposeAsync();
        _clock.Advance(TimeSpan.FromMinutes(15));

        await using var node = await StartAsync(b => b.AddRecurring(RecurringJobs.Queue, "nightly", "*/10 * * * *", new BuildReport("new")));
        await EventuallyAsync("the missed one runs", async () => (await AllAsync(node)).Count == 1);

        (await RecurringJobs.JobsAsync(RecurringJobs.StoreOf(node))).Single().Body.Should().Be("""{"kind":"new"}""");
    }

    [Fact]
    public async Task Occurrences_that_overlap_are_skipped_counted_and_logged_if_the_app_wants_that()
    {
        await using var node = await StartAsync(b => b.AddRecurring(
            RecurringJobs.Queue, "every-ten", "*/10 * * * *", new BuildReport("a"), o => o.NeverOverlaps = true));
        await AdvanceAsync(node, TimeSpan.FromMinutes(40), step: TimeSpan.FromMinutes(1), expected: 1);
        await EventuallyAsync("the others are skipped", async () => (await StateAsync(node, "every-ten")).Skipped == 3);
        var waiting = await TimesAsync(node);
        var job = (await RecurringJobs.StoreOf(node).Jobs.ListAsync(RecurringJobs.Address, JobState.Ready, 0, 1, withContent: false, default)).Single();
        await RecurringJobs.StoreOf(node).Jobs.RemoveAsync(RecurringJobs.Address, [job.Job], evenLeased: false, new WsmqQueueOptions().ToRules(), default);

        await AdvanceAsync(node, TimeSpan.FromMinutes(10), step: TimeSpan.FromMinutes(1), expected: 1);

        waiting.Should().Equal("12:10");
        (await TimesAsync(node)).Should().Equal("12:50");
        _logs.Of(LogLevel.Warning).Should().Contain(line => line.Contains("1 occurrences of the recurring job every-ten", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_of_the_clock_neither_doubles_nor_strands_an_occurrence()
    {
        await using var node = await StartAsync(b => b.AddRecurring(RecurringJobs.Queue, "every-ten", "*/10 * * * *", new BuildReport("a")));
        await AdvanceAsync(node, TimeSpan.FromMinutes(10), step: TimeSpan.FromMinutes(1), expected: 1);

        // Back by less than an hour: each occurrence once.
        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromMinutes(30));
        await AdvanceAsync(node, TimeSpan.FromMinutes(41), step: TimeSpan.FromMinutes(1), expected: 2);
        (await TimesAsync(node)).Should().Equal("12:10", "12:20");

        // Forward by a year: one for all that were missed. Back again: the next occurrences come.
        var before = _clock.GetUtcNow();
        _clock.AdjustTime(before.AddYears(1));
        await AdvanceAsync(node, TimeSpan.FromSeconds(20), step: TimeSpan.FromSeconds(10), expected: 3);
        _clock.AdjustTime(before);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await EventuallyAsync("it is planned anew", async () => (await StateAsync(node, "every-ten")).Due < before.AddHours(1).ToUnixTimeMilliseconds() * 1_000);
        await AdvanceAsync(node, TimeSpan.FromMinutes(12), step: TimeSpan.FromSeconds(10), expected: 4);

        (await AllAsync(node))[2].Year.Should().Be(2027);
        (await TimesAsync(node))[3].Should().Be("12:30");
        _logs.All.Should().ContainSingle(line => line.Contains("stepped back by more than an hour", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_whose_message_cannot_be_serialized_or_is_too_large_or_whose_queue_is_full_stops_no_other()
    {
        await using var node = await StartAsync(
            b => b.AddRecurring(RecurringJobs.Queue, "bad", "*/10 * * * *", new Unserializable())
                .AddRecurring(RecurringJobs.Queue, "large", "*/10 * * * *", new BuildReport(new string('x', 5_000)))
                .AddRecurring("full", "waits", "*/10 * * * *", new BuildReport("w"))
                .AddQueue("full", q => q.MaxWaiting = 1)
                .AddRecurring(RecurringJobs.Queue, "good", "*/10 * * * *", new BuildReport("a")),
            o => o.Publish.MaxBodyBytes = 1_024);
        await AdvanceAsync(node, TimeSpan.FromMinutes(30), step: TimeSpan.FromMinutes(1), expected: 3);
        var full = WsmqAddress.Work("full");
        var store = RecurringJobs.StoreOf(node);
        var waiting = (await store.Jobs.ListAsync(full, JobState.Ready, 0, 9, withContent: false, default)).Single();

        // What the full queue could not take runs when it has room.
        await store.Jobs.RemoveAsync(full, [waiting.Job], evenLeased: false, new WsmqQueueOptions().ToRules(), default);
        await AdvanceAsync(node, TimeSpan.FromMinutes(1), step: TimeSpan.FromSeconds(10), expected: 3);
        await EventuallyAsync("it runs", async () => (await store.Jobs.InfoAsync(full, default)).Totals.Stored == 2);

        (await TimesAsync(node)).Should().Equal("12:10", "12:20", "12:30");
        _logs.Of(LogLevel.Error).Should().ContainSingle(line => line.Contains("recurring job bad", StringComparison.Ordinal));
        _logs.Of(LogLevel.Error).Should().Contain(line => line.Contains("recurring job large", StringComparison.Ordinal) && line.Contains("message-too-large", StringComparison.Ordinal));
        _logs.Of(LogLevel.Warning).Should().Contain(line => line.Contains("the queue is full", StringComparison.Ordinal));
    }

    private static WsmqBuilder Version(WsmqBuilder builder, int version, Action<WsmqQueueOptions>? more = null) => builder.AddQueue(RecurringJobs.Queue, q =>
    {
        q.Version = version;
        more?.Invoke(q);
    });

    private Task<TestNode> StartAsync(Action<WsmqBuilder> declare, Action<WsmqOptions>? options = null) => TestNode.StartAsync(
        b => declare(b.UseSqlite(_folder.File("wsmq.db"))),
        o =>
        {
            o.Delivery.TailCheckInterval = Interval;
            options?.Invoke(o);
        },
        b => b.Services.AddSingleton<TimeProvider>(_clock), before: b => b.Logging.AddProvider(_logs));

    // Step by step, so that no occurrence is missed; returns once so many jobs are in the queue.
    private async Task AdvanceAsync(TestNode node, TimeSpan time, TimeSpan step, int expected)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end;)
        {
            _clock.Advance(step < end - _clock.GetUtcNow() ? step : end - _clock.GetUtcNow());
            var now = _clock.NowMicros();
            await EventuallyAsync("the node has seen the time", async () => (await DeclaredAsync(node)).Schedules
                .All(s => s.Key == "large" || ScheduleState.Parse(s.Value)!.Due > now));
        }

        await EventuallyAsync("the jobs are stored", async () => (await AllAsync(node)).Count == expected);
    }

    // The clock goes on: a wait that began just before a step ends with the interval of the tail check.
    private Task EventuallyAsync(string reason, Func<Task<bool>> condition) => Eventually.That(reason, async () =>
    {
        if (await condition())
            return true;
        _clock.Advance(Interval);
        return false;
    });

    private static async Task<ScheduleState> StateAsync(TestNode node, string name) =>
        (await DeclaredAsync(node)).Schedules.TryGetValue(name, out var text) ? ScheduleState.Parse(text)! : new ScheduleState(0, "");

    private static Task<HeldDeclarations> DeclaredAsync(TestNode node) =>
        RecurringJobs.StoreOf(node).Declarations.DeclareAsync(RecurringJobs.Address, new QueueDeclaration(0, ""), default);

    private static async Task<IReadOnlyList<DateTimeOffset>> AllAsync(TestNode node) =>
        [.. (await RecurringJobs.JobsAsync(RecurringJobs.StoreOf(node))).Select(j => j.Occurrence)];

    private static async Task<List<string>> TimesAsync(TestNode node) =>
        [.. (await AllAsync(node)).Select(o => o.ToString("HH:mm", CultureInfo.InvariantCulture))];
}
