using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>The contract of <see cref="IDeclarationStore"/>; one derived class for each store.</summary>
public abstract class DeclarationContract
{
    private const long Second = 1_000_000;
    private static readonly WsmqAddress Queue = WsmqAddress.Work("reports");

    /// <summary>A started, empty store.</summary>
    private protected abstract Task<StoreHarness> CreateAsync();

    [Fact]
    public async Task A_node_that_declares_a_queue_reads_its_declaration_and_the_clock()
    {
        await using var h = await CreateAsync();

        var held = await DeclareAsync(h, 3, "äö {}");
        var again = await DeclareAsync(h, 4, "other");
        await h.Store.Declarations.WithdrawAsync(Queue, default);

        (held.Version, held.Texts.Single(), held.Schedules.Count).Should().Be((3, "äö {}", 0));
        (again.Version, again.Texts.Single()).Should().Be((4, "other"));
        again.Now.Should().BeGreaterThanOrEqualTo(held.Now).And.BeGreaterThan(0);
    }

    [Fact]
    public async Task An_advance_stores_the_job_and_the_next_occurrence_and_can_be_done_once()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");

        var next = new ScheduleState(due.State.Due + Second, "every second") { Last = due.State.Due };
        var first = await AdvanceAsync(h, "nightly", due.Text, next, Job("1"));
        var second = await AdvanceAsync(h, "nightly", due.Text, next, Job("1"));

        (first.Outcome, first.Stored).Should().Be((AdvanceOutcome.Done, 1));
        second.Outcome.Should().Be(AdvanceOutcome.Changed);
        (await h.Store.Jobs.InfoAsync(Queue, default)).Ready.Should().Be(1);
        (await h.Store.Jobs.InfoAsync(Queue, default)).Totals.Stored.Should().Be(1);
        var state = ScheduleState.Parse((await DeclareAsync(h)).Schedules["nightly"])!;
        (state.Due, state.Last, state.Stored, state.Skipped, state.Definition).Should().Be((next.Due, due.State.Due, 1, 0, "every second"));
        state.PlannedAt.Should().BeGreaterThan(due.State.PlannedAt);
    }

    [Fact]
    public async Task Of_many_calls_at_once_one_fires_the_occurrence()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");

        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => AdvanceAsync(h, "nightly", due.Text, due.State with { Due = due.State.Due + Second }, Job($"{i}"))));

        results.Count(r => r.Outcome == AdvanceOutcome.Done).Should().Be(1);
        (await h.Store.Jobs.InfoAsync(Queue, default)).Totals.Stored.Should().Be(1);
    }

    [Fact]
    public async Task An_occurrence_that_is_not_due_by_the_clock_of_the_store_fires_no_job()
    {
        await using var h = await CreateAsync();
        var later = (await DeclareAsync(h)).Now + (3_600 * Second);
        await AdvanceAsync(h, "nightly", "", new ScheduleState(later, "d"));
        var text = (await DeclareAsync(h)).Schedules["nightly"];

        var result = await AdvanceAsync(h, "nightly", text, new ScheduleState(later + Second, "d"), Job("1"));

        result.Outcome.Should().Be(AdvanceOutcome.NotDue);
        (await DeclareAsync(h)).Schedules["nightly"].Should().Be(text);
        (await h.Store.Jobs.InfoAsync(Queue, default)).Totals.Stored.Should().Be(0);
    }

    [Fact]
    public async Task An_occurrence_whose_unique_text_is_taken_is_skipped_and_counted()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");
        var unique = new JobTerms { Unique = "u" };

        var first = await AdvanceAsync(h, "nightly", due.Text, due.State, Job("1", unique), Job("2", unique));
        var second = await AdvanceAsync(h, "nightly", (await DeclareAsync(h)).Schedules["nightly"], due.State, Job("3", unique));

        (first.Stored, first.Skipped, second.Outcome, second.Stored, second.Skipped).Should().Be((1, 1, AdvanceOutcome.Done, 0, 1));
        var state = ScheduleState.Parse((await DeclareAsync(h)).Schedules["nightly"])!;
        (state.Stored, state.Skipped).Should().Be((1, 2));
    }

    [Fact]
    public async Task A_full_queue_leaves_the_occurrence_as_it_was()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");
        var terms = new JobTerms { MaxWaiting = 1 };

        var tooMany = await AdvanceAsync(h, "nightly", due.Text, due.State, Job("1", terms), Job("2", terms));
        var tooLarge = await AdvanceAsync(h, "nightly", due.Text, due.State, Job("1", new JobTerms { MaxBytes = 3 }));
        var fits = await AdvanceAsync(h, "nightly", due.Text, due.State, Job("1", terms));

        (tooMany.Outcome, tooLarge.Outcome, fits.Outcome).Should().Be((AdvanceOutcome.QueueFull, AdvanceOutcome.QueueFull, AdvanceOutcome.Done));
        (await h.Store.Jobs.InfoAsync(Queue, default)).Ready.Should().Be(1);
    }

    [Fact]
    public async Task The_terms_of_a_job_apply_and_jobs_of_one_call_keep_their_order()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");
        await AdvanceAsync(
            h, "nightly", due.Text, due.State, Job("1"), Job("2", new JobTerms { Key = "k" }), Job("3", new JobTerms { Key = "k" }),
            Job("4", new JobTerms { Delay = 3_600 * Second, TimeToLive = 7_200 * Second }));
        await h.AppendAsync(h.New(Queue, "5"));

        var ready = await h.Store.Jobs.ListAsync(Queue, JobState.Ready, 0, 10, withContent: true, default);
        ready.Select(j => System.Text.Encoding.UTF8.GetString(j.Content!.Value.Body.Span)).Should().Equal("1", "2", "5");
        ready.Select(j => j.Job).Should().BeInAscendingOrder();
        var info = await h.Store.Jobs.InfoAsync(Queue, default);
        (info.Blocked, info.Delayed).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_node_with_consumers_is_signalled()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");
        var signals = 0;
        await using var subscription = await h.Store.Signals.SubscribeAsync(Queue, _ => Interlocked.Increment(ref signals), default);
        await AdvanceAsync(h, "nightly", due.Text, due.State, Job("1"));

        await Eventually.That("the signal arrives", () => Volatile.Read(ref signals) > 0);
    }

    [Fact]
    public async Task A_recurring_job_is_removed_only_as_it_was_read_and_outlives_a_restart_otherwise()
    {
        await using var h = await CreateAsync();
        var due = await PlanAsync(h, "nightly");
        await AdvanceAsync(h, "nightly", due.Text, due.State with { Definition = "new" });
        var wrong = await h.Store.Declarations.AdvanceAsync(Queue, new ScheduleAdvance("nightly", due.Text, null), default);
        await h.RestartAsync();
        var text = (await DeclareAsync(h)).Schedules["nightly"];
        var right = await h.Store.Declarations.AdvanceAsync(Queue, new ScheduleAdvance("nightly", text, null), default);

        (wrong.Outcome, right.Outcome).Should().Be((AdvanceOutcome.Changed, AdvanceOutcome.Done));
        (await DeclareAsync(h)).Schedules.Should().BeEmpty();
    }

    private protected static Task<HeldDeclarations> DeclareAsync(StoreHarness h, int version = 0, string text = "{}") =>
        h.Store.Declarations.DeclareAsync(Queue, new QueueDeclaration(version, text), default);

    private static async Task<(ScheduleState State, string Text)> PlanAsync(StoreHarness h, string name)
    {
        var now = (await DeclareAsync(h)).Now;
        (await AdvanceAsync(h, name, "", new ScheduleState(now, "every second"))).Outcome.Should().Be(AdvanceOutcome.Done);
        var text = (await DeclareAsync(h)).Schedules[name];
        return (ScheduleState.Parse(text)!, text);
    }

    private static Task<AdvanceResult> AdvanceAsync(
        StoreHarness h, string name, string expected, ScheduleState next, params AppendRequest[] jobs) =>
        h.Store.Declarations.AdvanceAsync(Queue, new ScheduleAdvance(name, expected, next) { Jobs = jobs }, default);

    private static AppendRequest Job(string body, JobTerms? terms = null) => StoreHarness.Message(Queue, "app", body, body) with { Job = terms };
}

public sealed class SqliteDeclarationTests : DeclarationContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<StoreHarness> CreateAsync() => await SqliteHarness.StartAsync(_folder.File("wsmq.db"));
}

[Collection(SharedCluster.Name)]
public sealed class RedisClusterDeclarationTests(SharedCluster redis) : DeclarationContract
{
    private protected override async Task<StoreHarness> CreateAsync() =>
        await RedisHarness.StartAsync(redis.EndPoints, redis.NextPrefix(), new WsmqOptions());
}

/// <summary>As an ACL user with exactly the permissions that the documents name.</summary>
public sealed class RedisAclDeclarationTests(SharedRedis redis) : DeclarationContract, IClassFixture<SharedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync()
    {
        await AclUser.CreateAsync(redis.Server, AclUser.Rules);
        return await RedisHarness.StartAsync(
            $"{redis.Server.EndPoint},{AclUser.Credentials}", "wsmq:" + redis.NextPrefix(), new WsmqOptions());
    }
}

public sealed class RedisDeclarationTests(SharedRedis redis) : DeclarationContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task The_highest_version_of_the_living_nodes_holds_and_equal_ones_hold_together()
    {
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        await using var third = await CreateAsync();

        await DeclareAsync(first, 1, "old");
        (await DeclareAsync(second, 2, "new")).Texts.Should().Equal("new");
        (await DeclareAsync(third, 2, "newest")).Texts.Should().Equal("new", "newest");
        var held = await DeclareAsync(first, 1, "old");
        (held.Version, string.Join(' ', held.Texts)).Should().Be((2, "new newest"));

        // The same text once, at the place of the newest node that has it.
        (await DeclareAsync(first, 2, "new")).Texts.Should().Equal("newest", "new");
        await third.Store.Declarations.WithdrawAsync(WsmqAddress.Work("reports"), default);
        (await DeclareAsync(first, 2, "new")).Texts.Should().Equal("new");
    }

    [Fact]
    public async Task A_declaration_ends_with_the_lease_of_its_node_and_is_restored_by_the_next_call()
    {
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        await DeclareAsync(first, 1, "old");
        await DeclareAsync(second, 2, "new");
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var declarations = await admin.GetDatabase().HashGetAllAsync(new RedisKeys(_prefix, 64).Of(WsmqAddress.Work("reports")).Declarations);
        var own = declarations.Single(d => d.Value.ToString().EndsWith("new", StringComparison.Ordinal)).Name;

        // As it expires when the node no longer lives.
        await admin.GetDatabase().KeyDeleteAsync($"{_prefix}:{{0}}:node:{own}");
        (await DeclareAsync(first, 1, "old")).Texts.Should().Equal("old");
        (await DeclareAsync(second, 2, "new")).Texts.Should().Equal("new");
        (await DeclareAsync(first, 1, "old")).Texts.Should().Equal("new");
    }

    private protected override async Task<StoreHarness> CreateAsync() =>
        await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
}
