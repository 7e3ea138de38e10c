using System.Text.Json;
using Wsmq.Server.DeadLetters;
using Wsmq.Server.Stores;
using Wsmq.Tests.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.DeadLetters;

/// <summary>Runs over the dead letters of all users, on nodes with each store.</summary>
public abstract class RunContract : IAsyncLifetime
{
    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_run_replays_what_was_counted_and_leaves_alone_what_comes_later()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 5, "order");
        await node.DeadLettersAsync("alice", 3, "order");
        await node.DeadLettersAsync("alice", 2, "chat");
        var count = (await node.Admin.PostAsync("/dead-letters/count", """{"type":"ord*"}""")).Json;
        await node.DeadLettersAsync("carol", 1, "order");

        var started = await StartRunAsync(node, "r1", "replay", """{"type":"ord*"}""", count.GetProperty("until").GetInt64());
        var again = await StartRunAsync(node, "r1", "remove", "{}", 0);
        var run = await EndAsync(node, "r1");

        count.GetProperty("count").GetInt64().Should().Be(8);
        started.Json.GetProperty("counted").GetBoolean().Should().BeFalse("the run counts, not the call that starts it");
        run.GetProperty("counted").GetBoolean().Should().BeTrue();
        (started.Status, again.Status).Should().Be((201, 200));
        again.TextOf("action").Should().Be("replay");
        Figures(run).Should().Be("done 8 8 0 0");
        run.GetProperty("startedBy").GetString().Should().Be("admin");
        run.GetProperty("filter").GetRawText().Should().Be("""{"type":"ord*"}""");
        (await LeftAsync(node)).Should().BeEquivalentTo("alice chat", "alice chat", "carol order");
        (await Replays.OfAsync(node, "bob")).Should().Equal("""{"n":0}""", """{"n":1}""", """{"n":2}""", """{"n":3}""", """{"n":4}""");
    }

    [Fact]
    public async Task A_run_removes_the_dead_letters_of_one_user()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 3);
        await node.DeadLettersAsync("alice", 2);

        await StartRunAsync(node, "r1", "remove", """{"user":"bob"}""");
        var run = await EndAsync(node, "r1");

        Figures(run).Should().Be("done 3 3 0 0");
        (await LeftAsync(node)).Should().Equal("alice order", "alice order");
        (await Replays.OfAsync(node, "bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_run_is_stopped_and_tells_how_far_it_has_come()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 30);

        await StartRunAsync(node, "r1", "remove", "{}", perSecond: 1);
        await Eventually.That("it has removed some", async () => (await RunAsync(node, "r1")).GetProperty("done").GetInt32() > 0);
        var stopped = await node.Admin.AskAsync("DELETE", "/dead-letters/runs/r1");
        await Eventually.That("the node has noticed that", async () => (await LeftAsync(node)).Count == 30 - (await RunAsync(node, "r1")).GetProperty("done").GetInt32());

        stopped.TextOf("state").Should().Be("stopped");
        (await RunAsync(node, "r1")).GetProperty("endedAt").GetInt64().Should().BeGreaterThan(0);
        (await LeftAsync(node)).Should().HaveCountGreaterThan(10);
        (await node.Admin.AskAsync("DELETE", "/dead-letters/runs/other")).Text.Should().Be("null");
    }

    [Fact]
    public async Task A_request_that_is_not_understood_starts_nothing()
    {
        await using var node = await StartAsync();
        foreach (var body in new[]
        {
            """{"id":"r","action":"replay","until":0}""", """{"id":"r","action":"replay","filter":{"usr":"bob"},"until":0}""",
            """{"id":"r","action":"delete","filter":{},"until":0}""", """{"id":"","action":"replay","filter":{},"until":0}""",
            """{"id":"r","action":"replay","filter":{},"until":0,"perSecond":0}""",
            """{"id":"r","action":"replay","filter":{},"until":0,"perSecond":1001}""", "[]", "null",
            """{"id":"r","action":"replay","filter":{},"until":0,"all":true}""",
        })
        {
            var answer = await node.Admin.PostAsync("/dead-letters/runs", body);
            answer.Code.Should().Be("invalid-message", body);
        }

        (await node.Admin.PostAsync("/dead-letters/count", """{"source":"bob"}""")).Code.Should().Be("invalid-address");
        (await node.Admin.GetAsync("/dead-letters/runs")).Text.Should().Be("""{"runs":[]}""");
    }

    [Fact]
    public async Task Another_run_removes_the_oldest_one_that_has_ended()
    {
        await using var node = await StartAsync(o => o.DeadLetters.MaxRuns = 2);
        foreach (var id in new[] { "a", "b", "c" })
        {
            await StartRunAsync(node, id, "remove", "{}");
            await EndAsync(node, id);
        }

        var runs = (await node.Admin.GetAsync("/dead-letters/runs")).Json.GetProperty("runs").EnumerateArray();
        runs.Select(r => r.GetProperty("id").GetString()).Should().Equal("c", "b");
    }

    [Fact]
    public async Task A_dead_letter_whose_replay_is_stored_is_not_replayed_again_after_the_deduplication_window()
    {
        await using var node = await StartAsync(o =>
        {
            (o.Publish.DeduplicationWindow, o.Publish.SendTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500));
        });
        var positions = await node.DeadLettersAsync("bob", 2);

        // As a node leaves it that ends between the append and the removal of the first one; long ago.
        var keys = positions.Select(p => new DeadLetterKey(WsmqAddress.User("bob"), p, "phone")).ToArray();
        var now = (await node.Store.Runs.ListAsync(default)).Now;
        await Replays.StoreOldAsync(node, keys[0], """{"n":0}""");
        var record = new RunRecord
        {
            Id = "r1", Action = WsmqDeadLetterAction.Replay, Filter = new RunFilter(), Until = now / 1_000, PerSecond = 100, StartedAt = 1, Total = 2,
            Owner = "ended", Batch = [.. keys.Select(k => new RunLetter("bob", DeadLetterId.Of(k)))], BatchAt = now - 5_000_000,
        };
        await node.Store.Runs.ReplaceAsync("r1", null, record.ToString(), default);

        Figures(await EndAsync(node, "r1")).Should().Be("done 2 2 0 0");
        (await Replays.OfAsync(node, "bob")).Should().BeEquivalentTo("""{"n":0}""", """{"n":1}""");
        (await LeftAsync(node)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_newer_version_has_stored_is_left_alone()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 1);
        var unknown = """{"id":"new","kind":"later"}""";
        var narrower = """{"id":"narrow","action":"Remove","filter":{"device":"tv"},"until":99999999999999,"perSecond":100,"startedAt":1}""";
        var more = """{"id":"more","action":"Remove","filter":{"user":"eve"},"until":99999999999999,"perSecond":100,"startedAt":2,"later":[5]}""";
        var empty = """{"id":"empty","action":"Remove","filter":null,"until":99999999999999,"perSecond":100,"startedAt":1}""";
        var holes = """{"id":"holes","action":"Remove","filter":{},"until":99999999999999,"perSecond":100,"startedAt":1,"batch":[null]}""";
        foreach (var (id, text) in new[] { ("new", unknown), ("narrow", narrower), ("more", more), ("empty", empty), ("holes", holes) })
            await node.Store.Runs.ReplaceAsync(id, null, text, default);

        await StartRunAsync(node, "r1", "remove", """{"user":"eve"}""");
        await EndAsync(node, "r1");
        Figures(await EndAsync(node, "more")).Should().Be("done 0 0 0 0");

        var stored = (await node.Store.Runs.ListAsync(default)).Texts;
        (stored["new"], stored["narrow"], stored["empty"], stored["holes"]).Should().Be((unknown, narrower, empty, holes));
        stored["more"].Should().Contain("\"later\":[5]").And.Contain("\"Done\"");
        (await LeftAsync(node)).Should().Equal("bob order");
        (await StartRunAsync(node, "new", "remove", "{}")).Code.Should().Be("invalid-message");
    }

    [Fact]
    public async Task A_node_carries_out_a_few_runs_at_a_time_and_the_others_wait()
    {
        await using var node = await StartAsync(o => o.DeadLetters.MaxRunsPerNode = 1);
        await node.DeadLettersAsync("bob", 10);

        await StartRunAsync(node, "slow", "remove", "{}", perSecond: 1);
        await StartRunAsync(node, "next", "remove", """{"user":"nobody"}""");
        await Eventually.That("the first one has begun", async () => (await RunAsync(node, "slow")).GetProperty("done").GetInt32() > 0);
        (await RunAsync(node, "next")).GetProperty("state").GetString().Should().Be("running");
        await node.Admin.AskAsync("DELETE", "/dead-letters/runs/slow");

        Figures(await EndAsync(node, "next")).Should().Be("done 0 0 0 0");
    }

    [Fact]
    public async Task Who_may_not_stop_a_run_does_not_learn_that_it_exists()
    {
        await using var node = await StartAsync();
        await node.DeadLettersAsync("bob", 20);
        await StartRunAsync(node, "r1", "replay", "{}", perSecond: 1);

        node.Rights.Deny(WsmqAction.Replay, null);
        var (one, none) = (await StopAsync("r1"), await StopAsync("r2"));
        node.Rights.Deny(WsmqAction.Remove, null);
        var (refusedOne, refusedNone) = (await StopAsync("r1"), await StopAsync("r2"));

        (one.Text, none.Text).Should().Be(("null", "null"));
        (refusedOne.Code, refusedNone.Code).Should().Be(("administer-not-allowed", "administer-not-allowed"));
        (await RunAsync(node, "r1")).GetProperty("state").GetString().Should().Be("running");

        Task<Api.ApiAnswer> StopAsync(string id) => node.Admin.AskAsync("DELETE", $"/dead-letters/runs/{id}");
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected Task<OperatorNode> StartAsync(Action<WsmqOptions>? options = null) => OperatorNode.StartAsync(UseStore, o =>
    {
        o.DeadLetters.RunLease = TimeSpan.FromSeconds(1);
        options?.Invoke(o);
    });

    private protected static Task<Api.ApiAnswer> StartRunAsync(
        OperatorNode node, string id, string action, string filter, long? until = null, int perSecond = 1_000) => node.Admin.PostAsync(
        "/dead-letters/runs",
        $$"""{"id":"{{id}}","action":"{{action}}","filter":{{filter}},"until":{{until ?? 253_402_300_799_999}},"perSecond":{{perSecond}}}""");

    private protected static async Task<JsonElement> EndAsync(OperatorNode node, string id)
    {
        await Eventually.That("the run ends", async () => (await RunAsync(node, id)).GetProperty("state").GetString() != "running");
        return await RunAsync(node, id);
    }

    private protected static async Task<JsonElement> RunAsync(OperatorNode node, string id) =>
        (await node.Admin.GetAsync($"/dead-letters/runs/{id}")).Json;

    private protected static string Figures(JsonElement run) =>
        string.Join(' ', new[] { "state", "total", "done", "failed", "gone" }.Select(name => run.GetProperty(name).ToString()));

    private protected static async Task<List<string>> LeftAsync(OperatorNode node)
    {
        var (left, next) = (new List<string>(), "");
        do
        {
            var page = (await node.Admin.GetAsync($"/dead-letters?max=2&next={next}")).Json;
            left.AddRange(page.GetProperty("deadLetters").EnumerateArray().Select(l => $"{l.GetProperty("user")} {l.GetProperty("type")}"));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return left;
    }
}

public sealed class SqliteRunTests : RunContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisRunTests(SharedRedis redis) : RunContract, IClassFixture<SharedRedis>
{
    private const int Letters = 60;

    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_run_of_a_node_that_stops_is_continued_by_another_one_at_once()
    {
        await using var second = await StartAsync(o => o.DeadLetters.RunLease = TimeSpan.FromMinutes(1));
        await using (var first = await StartAsync(o => o.DeadLetters.RunLease = TimeSpan.FromMinutes(1)))
        {
            await first.DeadLettersAsync("bob", Letters);
            await StartRunAsync(first, "r1", "replay", "{}", perSecond: 30);
            await Eventually.That("it has begun", async () => (await RunAsync(first, "r1")).GetProperty("done").GetInt32() > 0);
        }

        // The other node looks a few times during a lease; a new run wakes it now.
        await StartRunAsync(second, "r2", "remove", """{"user":"nobody"}""");
        Figures(await EndAsync(second, "r1")).Should().Be($"done {Letters} {Letters} 0 0");
        (await Replays.OfAsync(second, "bob")).Should().Equal(Enumerable.Range(0, Letters).Select(i => $$"""{"n":{{i}}}"""));
    }

    [Fact]
    public async Task The_run_of_a_node_that_is_killed_is_continued_by_another_one_and_replays_each_dead_letter_once()
    {
        await using var tools = new HostAndCli.Tools();
        await using (var seeding = await StartAsync())
        {
            await seeding.DeadLettersAsync("bob", Letters / 2);
            await seeding.DeadLettersAsync("alice", Letters / 2);
        }

        await tools.StartHostAsync(
            "--Wsmq:Redis", redis.Server.EndPoint, "--Wsmq:RedisOptions:KeyPrefix", _prefix, "--Wsmq:Options:DeadLetters:RunLease", "00:00:01");
        await using (var admin = await Stores.RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions()))
            await StartInStoreAsync(admin.Store);
        await using var second = await StartAsync();
        await Eventually.That("the host replays", async () => (await Replays.OfAsync(second, "bob")).Count > 2);
        (await RunAsync(second, "r1")).GetProperty("state").GetString().Should().Be("running");
        await tools.KillHostAsync();

        Figures(await EndAsync(second, "r1")).Should().Be($"done {Letters} {Letters} 0 0");
        foreach (var user in new[] { "bob", "alice" })
            (await Replays.OfAsync(second, user)).Should().Equal(Enumerable.Range(0, Letters / 2).Select(i => $$"""{"n":{{i}}}"""));
    }

    // No node takes it before the host does, which is the only one now.
    private static async Task StartInStoreAsync(IStore store)
    {
        var now = (await store.Runs.ListAsync(default)).Now;
        var record = new RunRecord
        {
            Id = "r1", Action = WsmqDeadLetterAction.Replay, Filter = new RunFilter(), Until = now / 1_000, PerSecond = 20, StartedAt = now / 1_000,
            Total = Letters,
        };
        await store.Runs.ReplaceAsync("r1", null, record.ToString(), default);
        await Eventually.That("the host takes the run", async () =>
            RunRecord.Parse((await store.Runs.ListAsync(default)).Texts["r1"])!.Owner is not null);
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
