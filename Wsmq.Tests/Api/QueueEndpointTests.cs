using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Managing work queues over HTTP. What each call does is tested at the hub, whose code these endpoints call.</summary>
public sealed class QueueEndpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_manager_inspects_a_queue_and_its_jobs()
    {
        await using var node = await StartAsync();
        using var carol = HttpCaller.Of(node, "carol");
        var sent = await carol.SendAsync(new { to = "work:jobs", type = "resize", body = new { n = 1 }, key = "k", uniqueId = "u" });
        var job = sent.TextOf("position");

        var queues = await carol.GetAsync("/queues");
        var info = await carol.GetAsync("/queues/work:jobs");
        var list = await carol.GetAsync("/queues/work:jobs/jobs?state=ready&max=1&messages=true");
        var found = await carol.GetAsync($"/queues/work:jobs/jobs/{job}");
        var status = await carol.GetAsync($"/queues/work:jobs/jobs/{job}/status");
        var none = await carol.GetAsync("/queues/work:jobs/jobs/0000000000000007");

        queues.Json.GetArrayLength().Should().Be(1);
        info.Json.GetProperty("ready").GetInt64().Should().Be(1);
        list.Json[0].GetProperty("position").GetString().Should().Be(job);
        list.Json[0].GetProperty("message").GetProperty("body").GetRawText().Should().Be("""{"n":1}""");
        found.Json.GetProperty("uniqueId").GetString().Should().Be("u");
        status.Json.GetProperty("ended").GetBoolean().Should().BeFalse();
        (none.Status, none.Text).Should().Be((200, "null"));
    }

    [Fact]
    public async Task A_manager_pauses_cancels_purges_and_deletes()
    {
        await using var node = await StartAsync();
        using var carol = HttpCaller.Of(node, "carol");
        var first = (await carol.SendAsync(new { to = "work:jobs", uniqueId = "a" })).TextOf("position");
        for (var i = 0; i < 3; i++)
            await carol.SendAsync(new { to = "work:jobs", uniqueId = $"u{i}" });

        (await carol.AskAsync("POST", "/queues/work:jobs/pause")).Status.Should().Be(204);
        (await carol.GetAsync("/queues/work:jobs")).Json.GetProperty("paused").GetBoolean().Should().BeTrue();
        (await carol.AskAsync("POST", "/queues/work:jobs/resume")).Status.Should().Be(204);
        (await carol.GetAsync("/queues/work:jobs")).Json.GetProperty("paused").GetBoolean().Should().BeFalse();
        (await carol.AskAsync("DELETE", $"/queues/work:jobs/jobs/{first}")).Text.Should().Be("true");
        (await carol.AskAsync("DELETE", $"/queues/work:jobs/jobs/{first}")).Text.Should().Be("false");
        (await carol.AskAsync("DELETE", "/queues/work:jobs/unique/u0")).Text.Should().Be("true");
        (await carol.AskAsync("POST", "/queues/work:jobs/purge?state=waiting")).Text.Should().Be("""{"count":2,"next":null,"more":false}""");
        await carol.SendAsync(new { to = "work:jobs" });
        (await carol.AskAsync("DELETE", "/queues/work:jobs")).Json.GetProperty("count").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task Dead_letters_are_redriven_and_removed_by_a_filter_or_all_together()
    {
        await using var node = await StartAsync(o => o.Queues["jobs"].MinBackoff = TimeSpan.Zero);
        using var carol = HttpCaller.Of(node, "carol");
        await using var worker = await PlainClient.ConnectAsync(node, "carol");
        foreach (var type in new[] { "a", "b", "b" })
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "work:jobs", Type = type, TimeToLive = TimeSpan.FromMilliseconds(1) });
        await Eventually.That("the jobs expire", async () =>
        {
            await worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", "work:jobs", 1);
            return (await carol.GetAsync("/queues/work:jobs")).Json.GetProperty("dead").GetInt64() == 3;
        });
        await worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", "work:jobs", 0);

        var removed = await carol.PostAsync("/queues/work:jobs/remove-dead-letters", """{"type":"a"}""");
        var none = await carol.PostAsync("/queues/work:jobs/remove-dead-letters", """{"reason":"rejected"}""");
        var bad = await carol.PostAsync("/queues/work:jobs/redrive", """{"reason":"bad luck"}""");
        var rest = await carol.AskAsync("POST", "/queues/work:jobs/remove-dead-letters");

        removed.Json.GetProperty("count").GetInt64().Should().Be(1);
        none.Json.GetProperty("count").GetInt64().Should().Be(0);
        bad.Code.Should().Be("invalid-message");
        rest.Json.GetProperty("count").GetInt64().Should().Be(2);
    }

    [Theory]
    [InlineData("GET", "/queues/work:jobs/jobs?state=asleep", "invalid-message")]
    [InlineData("GET", "/queues/work:jobs/jobs?state=7", "invalid-message")]
    [InlineData("GET", "/queues/work:jobs/jobs?max=201", "invalid-message")]
    [InlineData("GET", "/queues/work:jobs/jobs?skip=-1", "invalid-message")]
    [InlineData("GET", "/queues/work:jobs/jobs/7", "invalid-position")]
    [InlineData("GET", "/queues/work:other", "unknown-queue")]
    [InlineData("POST", "/queues/work:jobs/purge", "invalid-message")]
    [InlineData("POST", "/queues/work:jobs/purge?state=leased", "invalid-message")]
    public async Task A_bad_call_is_a_problem_with_a_code(string method, string path, string code)
    {
        await using var node = await StartAsync();
        using var carol = HttpCaller.Of(node, "carol");

        (await carol.AskAsync(method, path)).Code.Should().Be(code);
    }

    [Theory]
    [InlineData("admin", "/queues/work:dmeo", "unknown-queue")]
    [InlineData("admin", "/queues/work:dmeo/jobs", "unknown-queue")]
    [InlineData("admin", "/queues/work:jobs", "manage-not-allowed")]
    [InlineData("alice", "/queues/work:dmeo", "manage-not-allowed")]
    public async Task Only_an_operator_learns_that_a_queue_does_not_exist(string user, string path, string code)
    {
        await using var node = await HttpCaller.StartNodeAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Queues["jobs"] = new WsmqQueueOptions(),
            b => b.Services.AddSingleton<IWsmqAuthorizer>(new OperatorAuthorizer()));
        using var caller = HttpCaller.Of(node, user);

        var refused = await caller.GetAsync(path);

        refused.Code.Should().Be(code);
        refused.TextOf("title").Should().Contain("check the name");
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions>? options = null) => HttpCaller.StartNodeAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o =>
        {
            o.Queues["jobs"] = new WsmqQueueOptions();
            options?.Invoke(o);
        },
        Managers);

    private static void Managers(WebApplicationBuilder builder) => builder.Services.AddSingleton<IWsmqAuthorizer, Manager>();

    private sealed class Manager : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);
    }
}
