using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Schedules;

/// <summary>Recurring jobs of a node with handlers, in real time; one derived class for each store.</summary>
public abstract class RecurringContract
{
    private readonly ConcurrentQueue<WsmqJob<BuildReport>> _handled = new();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_handler_gets_each_occurrence_with_its_name_and_time()
    {
        await using var node = await StartAsync(b => b.AddRecurring(RecurringJobs.Queue, "tick", "* * * * * *", new BuildReport("a"), o => o.Key = "k"));
        await Eventually.That("some are handled", () => _handled.Count >= 3);

        var jobs = _handled.ToList();
        jobs.Select(j => j.Schedule).Should().AllBe("tick");
        jobs.Select(j => j.Occurrence!.Value).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        jobs.Should().OnlyContain(j => j.Due >= j.Occurrence && j.Occurrence!.Value.Millisecond == 0 && j.Body.Kind == "a" && j.Id.StartsWith("tick/"));
    }

    [Fact]
    public async Task A_job_that_is_sent_is_none_of_a_recurring_one_whatever_its_headers()
    {
        await using var node = await StartAsync(_ => { });
        await node.Publisher.SendAsync(RecurringJobs.Address, new BuildReport("b"));
        await Eventually.That("it is handled", () => _handled.Count == 1);

        (_handled.Single().Schedule, _handled.Single().Occurrence).Should().Be((null, null));
        var forged = new WsmqDelivery
        {
            Source = "work:reports", Position = "0000000000000001", Previous = "0000000000000000", Id = "1", Sender = "eve", SentAt = 1,
            Headers = new Dictionary<string, string> { [WsmqJobHeaders.Schedule] = "tick", [WsmqJobHeaders.Occurrence] = "2026-01-01T00:00:00Z" },
        };
        new WsmqJob<int>(forged, 1).Schedule.Should().BeNull();
        new WsmqJob<int>(forged with { Sender = null }, 1).Occurrence.Should().Be(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_restart_neither_doubles_nor_loses_an_occurrence()
    {
        Action<WsmqBuilder> declare = b => b.AddRecurring(
            RecurringJobs.Queue, "tick", "* * * * * *", new BuildReport("a"), o => (o.Missed, o.MaxMissed) = (WsmqMissedRuns.All, 1_000));
        for (var i = 0; i < 3; i++)
        {
            await using var node = await StartAsync(declare);
            var before = _handled.Count;
            await Eventually.That("some are handled", () => _handled.Count >= before + 2);
        }

        var occurrences = _handled.Select(j => j.Occurrence!.Value).Order().ToList();
        occurrences.Should().OnlyHaveUniqueItems();
        (occurrences[^1] - occurrences[0]).Should().Be(TimeSpan.FromSeconds(occurrences.Count - 1), "no second is left out");
    }

    [Theory]
    [InlineData("", "* * * * *", "UTC", 1)]
    [InlineData("a\0b", "* * * * *", "UTC", 1)]
    [InlineData("twice", "* * * * *", "UTC", 1)]
    [InlineData("new", "* * * *", "UTC", 1)]
    [InlineData("new", "* * * * *", "Mars/Olympus", 1)]
    [InlineData("new", "* * * * *", "UTC", 0)]
    [InlineData("new", "* * * * *", "UTC", 1_001)]
    public void What_is_invalid_fails_when_it_is_added(string name, string cron, string zone, int most)
    {
        var builder = new ServiceCollection().AddWsmq().AddRecurring(RecurringJobs.Queue, "twice", "* * * * *", new BuildReport("a"));

        FluentActions.Invoking(() => builder.AddRecurring(
                RecurringJobs.Queue, name, cron, new BuildReport("a"), o => (o.TimeZone, o.MaxMissed) = (zone, most)))
            .Should().Throw<ArgumentException>();
    }

    private protected Task<TestNode> StartAsync(Action<WsmqBuilder> declare) => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton(_handled);
        builder.AddWorker<BuildReport, Handler>(RecurringJobs.Queue);
        declare(builder);
    });

    internal sealed class Handler(ConcurrentQueue<WsmqJob<BuildReport>> handled) : IWsmqJobHandler<BuildReport>
    {
        public Task HandleAsync(WsmqJob<BuildReport> job, CancellationToken cancellationToken)
        {
            handled.Enqueue(job);
            return Task.CompletedTask;
        }
    }
}

public sealed class SqliteRecurringNodeTests : RecurringContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisRecurringNodeTests(SharedRedis redis) : RecurringContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task Two_nodes_fire_each_occurrence_once_and_one_goes_on_alone()
    {
        Action<WsmqBuilder> declare = b => b.AddRecurring(
            RecurringJobs.Queue, "tick", "* * * * * *", new BuildReport("a"), o => (o.Missed, o.MaxMissed) = (WsmqMissedRuns.All, 1_000));
        await using var watch = await HarnessAsync();
        var first = await WithoutWorkerAsync(declare);
        await using var second = await WithoutWorkerAsync(declare);
        await Eventually.That("some are stored", async () => (await StoredAsync(watch)).Count >= 4);
        await first.DisposeAsync();
        var before = (await StoredAsync(watch)).Count;
        await Eventually.That("more are stored", async () => (await StoredAsync(watch)).Count >= before + 3);

        var occurrences = (await StoredAsync(watch)).Order().ToList();
        occurrences.Should().OnlyHaveUniqueItems();
        (occurrences[^1] - occurrences[0]).Should().Be(TimeSpan.FromSeconds(occurrences.Count - 1), "no second is left out");
    }

    [Fact]
    public async Task With_old_and_new_nodes_the_higher_version_holds_on_both_and_the_lower_one_when_it_has_gone()
    {
        await using var watch = await HarnessAsync();
        await using var old = await WithoutWorkerAsync(b => b.AddQueue(RecurringJobs.Queue, q => (q.Version, q.MaxAttempts, q.MaxWaiting) = (1, 3, 500))
            .AddRecurring(RecurringJobs.Queue, "tick", "*/2 * * * * *", new BuildReport("old"))
            .AddRecurring(RecurringJobs.Queue, "gone", "* * * * * *", new BuildReport("gone")));
        await Eventually.That("the old ones run", async () => (await BodiesAsync(watch)).Distinct().Count() == 2);
        var next = await WithoutWorkerAsync(b => b.AddQueue(RecurringJobs.Queue, q => (q.Version, q.MaxAttempts, q.MaxWaiting) = (2, 7, 600))
            .AddRecurring(RecurringJobs.Queue, "tick", "1-59/2 * * * * *", new BuildReport("new")));
        await Eventually.That("the old node applies the new options", () => RulesOf(old).MaxAttempts == 7);
        var before = await BodiesAsync(watch);
        await Eventually.That("new ones run", async () => (await BodiesAsync(watch)).Count >= before.Count + 3);

        (await BodiesAsync(watch)).Skip(before.Count).Should().OnlyContain(body => body.Contains("new", StringComparison.Ordinal));
        (await StoredAsync(watch)).Skip(before.Count).Should().OnlyContain(o => o.Second % 2 == 1);
        old.Services.GetRequiredService<QueueDeclarations>().TryGet(RecurringJobs.Queue, out var options).Should().BeTrue();
        options!.MaxWaiting.Should().Be(600);

        await next.DisposeAsync();
        var left = (await BodiesAsync(watch)).Count;
        await Eventually.That("the old ones run again", async () => (await BodiesAsync(watch)).Skip(left).Distinct().Count() == 2);
        RulesOf(old).MaxAttempts.Should().Be(3);
        (await BodiesAsync(watch)).Skip(left).Should().NotContain(body => body.Contains("new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Apps_that_share_a_queue_need_not_all_declare_its_recurring_jobs()
    {
        await using var watch = await HarnessAsync();
        await using var scheduler = await WithoutWorkerAsync(b => b.AddRecurring(RecurringJobs.Queue, "tick", "* * * * * *", new BuildReport("a")));
        await using var sender = await WithoutWorkerAsync(b => b.AddQueue(RecurringJobs.Queue));
        var before = (await StoredAsync(watch)).Count;

        await Eventually.That("they go on", async () => (await StoredAsync(watch)).Count >= before + 3);
    }

    [Fact]
    public async Task After_a_failed_declaration_a_node_goes_on()
    {
        await using var watch = await HarnessAsync();
        await using var node = await WithoutWorkerAsync(b => b.AddRecurring(RecurringJobs.Queue, "tick", "* * * * * *", new BuildReport("a")));
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var keys = new RedisKeys(_prefix, 64).Of(RecurringJobs.Address);
        await Eventually.That("some are stored", async () => (await StoredAsync(watch)).Count >= 1);

        // Lost by a failover or FLUSHALL, and corrupt.
        await admin.GetDatabase().KeyDeleteAsync([keys.Declarations, keys.Schedules]);
        var before = (await StoredAsync(watch)).Count;
        await Eventually.That("more are stored", async () => (await StoredAsync(watch)).Count >= before + 2);
        await admin.GetDatabase().HashSetAsync(keys.Schedules, "tick", "rubbish");
        before = (await StoredAsync(watch)).Count;
        await Eventually.That("more are stored", async () => (await StoredAsync(watch)).Count >= before + 2);

        (await StoredAsync(watch)).Should().OnlyHaveUniqueItems();
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);

    private static QueueRules RulesOf(TestNode node) => node.Services.GetRequiredService<QueueDeclarations>().RulesOf(RecurringJobs.Queue);

    private static async Task<IReadOnlyList<DateTimeOffset>> StoredAsync(StoreHarness watch) =>
        [.. (await RecurringJobs.JobsAsync(watch.Store)).Select(j => j.Occurrence)];

    private static async Task<IReadOnlyList<string>> BodiesAsync(StoreHarness watch) =>
        [.. (await RecurringJobs.JobsAsync(watch.Store)).Select(j => j.Body)];

    private async Task<StoreHarness> HarnessAsync() =>
        await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());

    private Task<TestNode> WithoutWorkerAsync(Action<WsmqBuilder> declare) => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        declare(builder);
    }, o => o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(500));
}
