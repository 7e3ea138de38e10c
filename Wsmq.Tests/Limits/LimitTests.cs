using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>Every limit on a real node: the error of a violation, and that permitted calls work afterwards.</summary>
public sealed class LimitTests(SharedRedis redis) : IDisposable, IClassFixture<SharedRedis>
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var limit in LimitCases.All)
            {
                rows.Add(limit.Option, "SQLite");
                if (limit.OfTheStore)
                    rows.Add(limit.Option, "Redis");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_violation_of_a_limit_returns_its_code_and_permitted_calls_work_afterwards(string option, string store)
    {
        var limit = LimitCases.All.Single(l => l.Option == option);
        await using var node = await StartAsync(store, limit.Set);
        await limit.ViolateAsync(node).ContinueWith(_ => { }, TaskScheduler.Default);

        var refused = await limit.ViolateAsync(node);

        refused.Error.Code.Should().Be(limit.Code);
        refused.RetryAfter.HasValue.Should().Be(limit.SaysWhen);
        if (refused.RetryAfter is { } time)
        {
            time.Should().BePositive().And.BeLessThan(TimeSpan.FromMinutes(1));

            // As a client that obeys the retry time: a call before it may consume the tokens that it waits for.
            using var told = new PeriodicTimer(time);
            await told.WaitForNextTickAsync();
        }

        Exception? still = null;
        await Eventually.That($"it works again ({limit.Code})", async () => (still = await Record.ExceptionAsync(() => limit.AllowedAsync(node))) is null);
        still.Should().BeNull();
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task A_user_who_may_create_no_new_address_can_still_send_to_existing_ones(string store)
    {
        await using var node = await StartAsync(store, o => (o.Limits.UserNewAddressesPerHour, o.Limits.UserNewAddressBurst) = (1, 2));
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        // The address of bob exists once his connection is accepted, which its first completed call shows.
        await bob.Connection.InvokeAsync("Ack", "user:bob", WsmqPosition.Start.ToString());
        await node.Groups.AddToGroupAsync("carol", "team");
        await alice.SendAsync("user:x1", 1);
        await alice.SendAsync("user:x2", 1);

        var refused = await Record.ExceptionAsync(() => alice.SendAsync("user:x3", 1));

        WsmqError.Find(refused?.Message).Should().Be(WsmqErrors.TooManyNewAddresses);
        WsmqError.FindRetryAfter(refused?.Message).Should().BeGreaterThan(TimeSpan.FromMinutes(1));
        var results = await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { "bob", "x3", "x1", "x3", "carol", "bob" }
            .Select((name, i) => new { to = "user:" + name, body = i }));
        results.Select(r => WsmqError.Find(r.Error)?.Number).Should().Equal(null, 4005, null, 4005, null, null);
        await bob.ReceivesAsync("0", "5");
        (await bob.SendAsync("user:x3", 1)).Duplicate.Should().BeFalse("each user has a budget of its own");
        await alice.SendAsync("user:x3", 2);
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:x4" });
        await alice.SendAsync("user:x4", 2);
    }

    [Fact]
    public async Task Acks_that_are_malformed_or_past_the_tail_are_rate_limited_and_valid_acks_are_not()
    {
        await using var node = await StartAsync("SQLite", o => (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 4));
        await using var alice = await PlainClient.ConnectAsync(node, "alice", ack: false);
        var receipt = await alice.SendAsync("user:alice", 1);
        await Eventually.That("it is delivered", () => alice.Received.Count == 1);
        var codes = new List<string?>();
        foreach (var position in new[] { "x", WsmqPosition.Parse(receipt.Position).Next().ToString() })
        {
            for (var i = 0; i < 10; i++)
                codes.Add(WsmqError.Find((await Record.ExceptionAsync(() => alice.Connection.InvokeAsync("Ack", "user:alice", position)))?.Message)?.Code);
        }

        codes.Should().Contain("invalid-position").And.Contain("too-many-resumes");
        for (var i = 0; i < 50; i++)
            await alice.Connection.InvokeAsync("Ack", "user:alice", receipt.Position);
    }

    [Fact]
    public async Task Reconnecting_does_not_reset_the_send_limit_and_other_users_are_not_limited()
    {
        await using var node = await StartAsync("SQLite", o => (o.Limits.UserSendsPerSecond, o.Limits.UserSendBurst) = (1, 20));
        for (var i = 0; i < 2; i++)
        {
            await using var alice = await PlainClient.ConnectAsync(node, "alice");
            var results = await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", Enumerable.Range(0, 60).Select(n => new { to = "user:bob", body = n }));
            results.Count(r => r.Error is null).Should().BeLessThan(i == 0 ? 50 : 30);
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.SendAsync("user:bob", 1);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Deliveries_beyond_the_read_rate_arrive_later_and_completely(string store)
    {
        await using var node = await StartAsync(
            store, o => (o.Limits.UserReadBytesPerSecond, o.Limits.UserReadByteBurst) = (1024 * 1024, 1024));
        for (var i = 0; i < 10; i++)
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:alice", Data = new byte[100_000] });

        await using var first = await PlainClient.ConnectAsync(node, "alice", "phone");
        await using var second = await PlainClient.ConnectAsync(node, "alice", "laptop");

        await Eventually.That("both have received all", () => first.Received.Count == 10 && second.Received.Count == 10);
        await first.Connection.InvokeAsync("Resume", "user:alice", "0000000000000000");
        await Eventually.That("all are delivered once more", () => first.Received.Count == 20);
        first.Gaps.Concat(second.Gaps).Should().BeEmpty();
    }

    [Fact]
    public async Task A_refused_connection_that_stays_open_is_closed_by_the_server()
    {
        await using var node = await StartAsync("SQLite", o => o.Limits.ConnectionsPerUser = 1);
        await using var first = await PlainClient.ConnectAsync(node, "alice");
        await first.SendAsync("user:alice", 1);
        await using var raw = await RawClient.ConnectAsync(node, "alice");

        await Eventually.That("the server closes it", () => raw.Ended);

        raw.All.Should().Contain(m => m.Contains("too-many-connections", StringComparison.Ordinal) && m.Contains("allowReconnect", StringComparison.Ordinal));
        first.Connection.State.Should().Be(HubConnectionState.Connected);
    }

    [Fact]
    public void The_document_has_exactly_one_row_for_each_limit()
    {
        var table = File.ReadAllLines(SourceTree.PathOf("docs", "operations.md"))
            .SkipWhile(l => l != "## Limits").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')).ToList();

        table.Select(cells => (cells[1].Split('`')[1], cells[5].Trim())).Should().BeEquivalentTo(
            LimitCases.All.Select(l => (l.Option, $"{WsmqErrors.All.Values.Single(e => e.Code == l.Code).Number} `{l.Code}`"))
                .Concat(LogLimitTests.Options.Select(o => (o, "gap `retention`")))
                .Append(("Limits.UserReadBytesPerSecond", "later deliveries")));
    }

    private Task<TestNode> StartAsync(string store, Action<WsmqOptions> set) => TestNode.StartAsync(
        s =>
        {
            if (store == "Redis")
                s.UseRedis(redis.Server.EndPoint, o => (o.KeyPrefix, o.MemoryBytes) = (redis.NextPrefix(), 1L << 30));
            else
                s.UseSqlite(_folder.File($"{Guid.NewGuid():N}.db"), o => o.MaxBytes = 1L << 30);
        },
        set);
}
