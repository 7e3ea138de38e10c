using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>The limits of users hold for HTTP requests, as the same accounts that the hub uses.</summary>
public sealed class ApiLimitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Rows => [.. Cases.Select(c => c.Option)];

    /// <summary>Each limit that a request can exceed, with requests that exceed it.</summary>
    private static readonly Case[] Cases =
    [
        new("ConnectionSendsPerSecond", "rate-limited", 429,
            o => (o.Limits.ConnectionSendsPerSecond, o.Limits.ConnectionSendBurst) = (1, 3), Send),
        new("UserSendsPerSecond", "rate-limited", 429,
            o => (o.Limits.UserSendsPerSecond, o.Limits.UserSendBurst) = (1, 3), Send),
        new("UserSendBytesPerMinute", "rate-limited", 429,
            o => (o.Limits.UserSendBytesPerMinute, o.Limits.UserSendByteBurst) = (64 * 1024, 64 * 1024), SendMuch),
        new("UserNewAddressesPerHour", "too-many-new-addresses", 429,
            o => (o.Limits.UserNewAddressesPerHour, o.Limits.UserNewAddressBurst) = (1, 2),
            (alice, i) => alice.SendAsync(new { to = $"user:invented{i}" })),
        new("UserStorePercent", "quota-exceeded", 429,
            o => o.Limits.UserStorePercent = 0.01, SendMuch),
        new("UserResumesPerSecond", "too-many-resumes", 429,
            o => (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 3),
            (alice, _) => alice.ReadAsync("user:alice")),
        new("MaxHeaderBytes", "message-too-large", 413,
            o => o.Publish.MaxHeaderBytes = 8,
            (alice, _) => alice.SendAsync(new { to = "user:alice", headers = new { a = "12345678" } })),
        new("MaxBodyBytes", "message-too-large", 413,
            o => o.Publish.MaxBodyBytes = 1024,
            (alice, _) => alice.SendAsync(new { to = "user:alice", body = new string('x', 1025) })),
    ];

    private sealed record Case(string Option, string Code, int Status, Action<WsmqOptions> Set, Func<HttpCaller, int, Task<ApiAnswer>> Ask);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_limit_holds_over_HTTP_with_its_code_and_the_time_to_wait(string option)
    {
        var limit = Cases.Single(c => c.Option == option);
        await using var node = await StartAsync(limit.Set);
        using var alice = HttpCaller.Of(node, "alice");

        var answer = await UntilRefusedAsync(alice, limit.Ask);

        (answer.Status, answer.Code).Should().Be((limit.Status, limit.Code));
        answer.RetryAfter.HasValue.Should().Be(limit.Status == 429);
        if (answer.RetryAfter is { } wait)
            wait.TotalMilliseconds.Should().BeGreaterThanOrEqualTo(answer.Json.GetProperty("retryAfter").GetInt64());
    }

    // With an account of its own the hub would refuse none of these calls: they are fewer than the burst.
    [Fact]
    public async Task Sends_over_HTTP_use_up_the_rate_of_the_user_at_the_hub()
    {
        await using var node = await StartAsync(o => (o.Limits.UserSendsPerSecond, o.Limits.UserSendBurst) = (1, 100));
        using var alice = HttpCaller.Of(node, "alice");
        await using var hub = await PlainClient.ConnectAsync(node, "alice");
        while ((await alice.SendAsync(Enumerable.Repeat(new { to = "user:alice" }, 50))).Status == 200)
        {
        }

        var results = await hub.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", Enumerable.Repeat(new { to = "user:alice" }, 90));

        results.Select(r => WsmqError.Find(r.Error)).Should().Contain(WsmqErrors.RateLimited);
        using var bob = HttpCaller.Of(node, "bob");
        (await bob.SendAsync(new { to = "user:bob" })).Status.Should().Be(201, "other users are not limited");
    }

    [Fact]
    public async Task Reads_over_HTTP_use_up_the_rate_of_the_user_at_the_hub()
    {
        await using var node = await StartAsync(o => (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 40));
        using var alice = HttpCaller.Of(node, "alice");
        await using var hub = await PlainClient.ConnectAsync(node, "alice");
        await UntilRefusedAsync(alice, (caller, _) => caller.ReadAsync("user:alice"));

        var errors = new List<WsmqError?>();
        for (var i = 0; i < 35; i++)
        {
            var refused = await Record.ExceptionAsync(() => hub.Connection.InvokeAsync("Resume", "user:alice", "0000000000000000"));
            errors.Add(WsmqError.Find(refused?.Message));
        }

        errors.Should().Contain(WsmqErrors.TooManyResumes);
    }

    [Fact]
    public async Task Requests_are_not_counted_as_connections()
    {
        await using var node = await StartAsync(
            o => (o.Limits.ConnectionsPerUser, o.Limits.UserConnectsPerMinute, o.Limits.UserConnectBurst) = (1, 1, 1));
        using var alice = HttpCaller.Of(node, "alice");
        for (var i = 0; i < 5; i++)
            (await alice.SendAsync(new { to = "user:alice" })).Status.Should().Be(201);

        await using var hub = await PlainClient.ConnectAsync(node, "alice");
        await hub.SendAsync("user:alice", 1);
    }

    private static Task<ApiAnswer> Send(HttpCaller alice, int i) => alice.SendAsync(new { to = "user:alice", body = i });

    private static Task<ApiAnswer> SendMuch(HttpCaller alice, int i) =>
        alice.SendAsync(new { to = "user:alice", body = new string('x', 20_000) });

    private static async Task<ApiAnswer> UntilRefusedAsync(HttpCaller alice, Func<HttpCaller, int, Task<ApiAnswer>> ask)
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (await ask(alice, i) is { Status: >= 400 } refused)
                return refused;
        }

        throw new Xunit.Sdk.XunitException("Nothing was refused.");
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions> set) =>
        HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db"), o => o.MaxBytes = 1L << 26), set);
}
