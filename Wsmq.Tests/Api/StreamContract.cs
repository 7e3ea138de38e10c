using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Logs as event streams, on nodes with each store.</summary>
public abstract class StreamContract : IAsyncLifetime
{
    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Stored_messages_come_first_and_new_ones_as_they_arrive_in_order()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        for (var i = 0; i < 600; i++)
            await node.Publisher.SendAsync(Message("user:bob", i));
        await using var stream = await bob.ListenAsync("address=user:bob");
        await Eventually.That("the stored ones arrive", () => stream.Messages.Count() == 600);
        for (var i = 600; i < 700; i++)
            await node.Publisher.SendAsync(Message("user:bob", i));
        await Eventually.That("the new ones arrive", () => stream.Messages.Count() == 700);

        stream.Bodies.Should().Equal(Enumerable.Range(0, 700).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        stream.Events.Should().OnlyContain(e => e.Type == "message" && e.Id == e.Json.GetProperty("position").GetString());
        stream.Response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        stream.Response.Headers.GetValues("X-Accel-Buffering").Should().Equal("no");
        stream.Response.Headers.CacheControl!.ToString().Should().Be("no-store, no-transform");
    }

    [Fact]
    public async Task Several_addresses_on_one_stream_continue_on_another_node_after_the_last_event()
    {
        await using var first = await StartAsync();
        await using var second = await StartSecondAsync(first);
        await first.Groups.AddToGroupAsync("bob", "team");
        using var before = HttpCaller.Of(first, "bob");
        using var after = HttpCaller.Of(second, "bob");
        string last;
        await using (var stream = await before.ListenAsync("address=user:bob&address=group:team"))
        {
            await first.Publisher.SendAsync(Message("user:bob", 1));
            await first.Publisher.SendAsync(Message("group:team", 2));
            await Eventually.That("both arrive", () => stream.Messages.Count() == 2);
            last = stream.Events[^1].Id!;
        }

        await first.Publisher.SendAsync(Message("user:bob", 3));
        await first.Publisher.SendAsync(Message("group:team", 4));
        await using var resumed = await after.ListenAsync("address=user:bob&address=group:team", last);
        await Eventually.That("what was sent meanwhile arrives", () => resumed.Messages.Count() >= 2);
        await first.Publisher.SendAsync(Message("group:team", 5));
        await Eventually.That("new messages arrive", () => resumed.Messages.Count() >= 3);

        resumed.Bodies.Should().BeEquivalentTo("3", "4", "5");
        resumed.Events.Should().OnlyContain(e => e.Type == "message");
    }

    [Fact]
    public async Task Missing_entries_are_announced_before_the_next_message()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 1);
        using var bob = HttpCaller.Of(node, "bob");
        var seen = await node.Publisher.SendAsync(Message("user:bob", 1));
        var missed = await node.Publisher.SendAsync(Message("user:bob", 2));
        await node.Publisher.SendAsync(Message("user:bob", 3));

        await using var stream = await bob.ListenAsync("address=user:bob", seen.Position);
        await Eventually.That("the stored one arrives", () => stream.Messages.Any());

        stream.Events.Select(e => e.Type).Should().Equal("gap", "message");
        stream.Events[0].Data.Should().Be(
            $$"""{"source":"user:bob","after":"{{seen.Position}}","before":"{{WsmqPosition.Parse(missed.Position).Next()}}","reason":"retention"}""");
        stream.Events[0].Id.Should().Be(missed.Position);
    }

    [Theory]
    [InlineData("revoke", "revoked")]
    [InlineData("ban", "banned")]
    [InlineData("leave", "read-not-allowed")]
    [InlineData("expire", "token-expired")]
    [InlineData("disconnect", null)]
    public async Task A_stream_ends_with_the_code_when_its_user_may_no_longer_read(string how, string? code)
    {
        await using var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "team");
        using var bob = new HttpCaller(node.Address, how == "expire"
            ? TestTokens.For("bob", lifetime: TimeSpan.FromSeconds(5))
            : TestTokens.Issued("bob", "t1", DateTimeOffset.UtcNow.AddMinutes(-1)));
        await using var stream = await bob.ListenAsync("address=user:bob&address=group:team");
        stream.Status.Should().Be(200);

        await (how switch
        {
            "revoke" => node.Access.RevokeTokenAsync("t1"),
            "ban" => node.Access.BanAsync("bob"),
            "leave" => node.Groups.RemoveFromGroupAsync("bob", "team"),
            "disconnect" => node.Access.DisconnectAsync("bob"),
            _ => Task.CompletedTask,
        });
        await Eventually.That("the stream ends", () => stream.HasEnded);
        await node.Publisher.SendAsync(Message("group:team", 1));

        stream.EndCode.Should().Be(code);
        stream.Messages.Should().BeEmpty();
        if (code is null or "token-expired")
            return;
        await using var again = await bob.ListenAsync("address=user:bob&address=group:team", "0000000000000000,0000000000000000");
        again.Status.Should().Be(204, "a browser does not return after it");
        await Eventually.That("the node has forgotten the stream", () => node.Services.GetRequiredService<OpenStreams>().Count == 0);
    }

    [Fact]
    public async Task A_stopping_node_ends_its_streams_with_an_error_that_can_be_retried()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        await using var stream = await bob.ListenAsync("address=user:bob");

        await node.DisposeAsync();
        await Eventually.That("the stream ends", () => stream.HasEnded);

        stream.EndCode.Should().Be("stopping");
        stream.Raw.Should().StartWith("retry: ");
    }

    private protected virtual Task<TestNode> StartSecondAsync(TestNode first) => Task.FromResult(first);

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected Task<TestNode> StartAsync(Action<WsmqOptions>? options = null) => HttpCaller.StartNodeAsync(UseStore, options);

    private static WsmqOutgoingMessage Message(string to, int body) => new() { To = to, Body = WsmqJsonBody.Parse($"{body}") };
}

public sealed class SqliteStreamTests : StreamContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisStreamTests(SharedRedis redis) : StreamContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override Task<TestNode> StartSecondAsync(TestNode first) => StartAsync();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
