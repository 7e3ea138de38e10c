using System.Globalization;
using System.Text.Json;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.DeadLetters;

/// <summary>
/// An operator with 100,000 dead letters, over HTTP: every answer is a small page, and no command holds up Redis. Commands are counted,
/// because times mean little on a busy machine.
/// </summary>
public sealed class ManyDeadLettersTests : IAsyncLifetime
{
    private const string Prefix = "many";

    // Each takes about two microseconds.
    private const int MostCommands = 2_500;
    private const int MostCharacters = 512 * 1024;
    private const int MostScanned = 7_000;

    private RedisServer _redis = null!;
    private OperatorNode _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        await using (var admin = await AdminConnection.OpenAsync(_redis.EndPoint))
            await ManyDeadLetters.FillAsync(admin.GetDatabase(), new RedisKeys(Prefix, 64));
        _node = await OperatorNode.StartAsync(s => s.UseRedis(_redis.EndPoint, o => o.KeyPrefix = Prefix), o => o.DeadLetters.MaxRunRate = 10_000);
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Pages_searches_counts_and_runs_over_a_hundred_thousand_dead_letters_are_small_steps()
    {
        await using var monitor = await RedisMonitor.StartAsync(_redis);

        await PagesFollowEachOtherAsync();
        (await SearchAsync($"reason={ManyDeadLetters.Rare}")).Should().ContainSingle().Which.Should().Be($"u{ManyDeadLetters.Users / 2}");
        (await SearchAsync("user=u7")).Should().HaveCount(ManyDeadLetters.Each);
        (await CountAsync("{}")).Should().Be(ManyDeadLetters.All);
        await ReadersWithoutAnyCountAsync();

        var replay = await RunAsync("r1", "replay", """{"user":"u7"}""", perSecond: 400);
        Figures(replay).Should().Be("done 100 100 0 0");
        (replay.GetProperty("endedAt").GetInt64() - replay.GetProperty("startedAt").GetInt64()).Should().BeGreaterThanOrEqualTo(200, "100 at 400 a second");
        (await Replays.OfAsync(_node, "u7")).Should().HaveCount(ManyDeadLetters.Each);

        var old = string.Create(CultureInfo.InvariantCulture, $$"""{"to":{{ManyDeadLetters.Middle}}}""");
        var removed = ManyDeadLetters.OldOfEach * (ManyDeadLetters.Users - 1);
        Figures(await RunAsync("r2", "remove", old, perSecond: 10_000)).Should().Be($"done {removed} {removed} 0 0");
        (await CountAsync("{}")).Should().Be(ManyDeadLetters.All - ManyDeadLetters.Each - removed);

        await monitor.SeesAllAsync(_redis);
        monitor.Scripts.Max(s => s.Count).Should().BeInRange(500, MostCommands);
    }

    private async Task PagesFollowEachOtherAsync()
    {
        var first = await PageAsync("max=1000");
        var second = await PageAsync($"max=1000&next={first.GetProperty("next").GetString()}");

        var ids = new[] { first, second }.SelectMany(p => p.GetProperty("deadLetters").EnumerateArray())
            .Select(l => $"{l.GetProperty("user")} {l.GetProperty("id")}").ToArray();
        ids.Should().HaveCount(2_000).And.OnlyHaveUniqueItems();
    }

    // Each of them costs time as well.
    private async Task ReadersWithoutAnyCountAsync()
    {
        var page = await PageAsync(string.Create(CultureInfo.InvariantCulture, $"to={ManyDeadLetters.Middle - 3_600_000}"));

        page.GetProperty("deadLetters").GetArrayLength().Should().Be(0);
        page.GetProperty("next").GetString().Should().BeNull();
        page.GetProperty("scanned").GetInt64().Should().Be(ManyDeadLetters.Users);
    }

    private async Task<JsonElement> PageAsync(string query)
    {
        var page = await _node.Admin.GetAsync($"/dead-letters?{query}");
        page.Text.Length.Should().BeLessThan(MostCharacters);
        page.Json.GetProperty("scanned").GetInt64().Should().BeLessThan(MostScanned);
        return page.Json;
    }

    /// <summary>The users of what is found.</summary>
    private async Task<List<string>> SearchAsync(string query)
    {
        var (found, next) = (new List<string>(), "");
        do
        {
            var page = await PageAsync($"{query}&max=100&next={next}");
            found.AddRange(page.GetProperty("deadLetters").EnumerateArray().Select(l => l.GetProperty("user").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return found;
    }

    private async Task<long> CountAsync(string filter) =>
        (await _node.Admin.PostAsync("/dead-letters/count", filter)).Json.GetProperty("count").GetInt64();

    private async Task<JsonElement> RunAsync(string id, string action, string filter, int perSecond)
    {
        var started = await _node.Admin.PostAsync(
            "/dead-letters/runs",
            $$"""{"id":"{{id}}","action":"{{action}}","filter":{{filter}},"until":253402300799999,"perSecond":{{perSecond}}}""");
        started.Status.Should().Be(201);
        JsonElement run = default;
        await Eventually.That("the run ends", async () =>
        {
            run = (await _node.Admin.GetAsync($"/dead-letters/runs/{id}")).Json;
            return run.GetProperty("state").GetString() != "running";
        });
        return run;
    }

    private static string Figures(JsonElement run) =>
        string.Join(' ', new[] { "state", "total", "done", "failed", "gone" }.Select(name => run.GetProperty(name).ToString()));
}
