using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Keys;

/// <summary>API keys at nodes of an app: what they may do, over HTTP and at the hub, and their end.</summary>
public abstract class KeyContract
{
    [Fact]
    public async Task A_key_may_do_what_its_scopes_name_and_is_a_user_of_its_own()
    {
        await using var node = await StartAsync();
        using var shop = await CallerAsync(node, "send:user:bob", "send:work:jobs", "queues:work:jobs", "View");

        (await shop.SendAsync(new { to = "user:bob", body = 1 })).Status.Should().Be(201);
        (await shop.SendAsync(new { to = "work:jobs" })).Status.Should().Be(201);
        (await shop.SendAsync(new { to = "user:carol" })).Code.Should().Be("send-not-allowed");
        (await shop.SendAsync(new { to = "user:bob", replyTo = "user:carol" })).Code.Should().Be("reply-to-not-allowed");
        (await shop.ReadAsync("user:key:shop")).Code.Should().Be("read-not-allowed");
        (await shop.GetAsync("/queues/work:jobs")).Status.Should().Be(200);
        (await shop.GetAsync("/users/bob/groups")).Status.Should().Be(200);
        (await shop.AskAsync("PUT", "/users/bob/ban")).Code.Should().Be("administer-not-allowed", "the app's authorizer would allow it");
        (await shop.GetAsync("/keys")).Code.Should().Be("administer-not-allowed");

        using var bob = HttpCaller.Of(node, "bob");
        (await bob.ReadAsync("user:bob")).Json.GetProperty("entries")[0].GetProperty("sender").GetString().Should().Be("key:shop");
    }

    [Fact]
    public async Task A_key_is_accepted_at_the_hub_and_works_there_on_jobs()
    {
        await using var node = await StartAsync();
        var key = await Keys(node).CreateAsync("worker", ["work:work:jobs", "send:user:bob"]);
        await using var worker = PlainClient.Create(node.Hub, key.Text);
        await worker.Connection.StartAsync();

        await worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", "work:jobs", 1);
        await worker.SendAsync("user:bob", 1);

        var refused = await Record.ExceptionAsync(() => worker.SendAsync("user:carol", 1));
        WsmqError.Find(refused!.Message).Should().Be(WsmqErrors.SendNotAllowed);
    }

    [Fact]
    public async Task A_key_that_expires_at_the_end_of_time_does_not_expire()
    {
        await using var node = await StartAsync();

        var key = await Keys(node).CreateAsync("shop", ["read"], DateTimeOffset.MaxValue);

        key.Key.ExpiresAt.Should().BeNull();
        (await Keys(node).ListAsync()).Should().ContainSingle().Which.Id.Should().Be(key.Key.Id);
    }

    [Fact]
    public async Task A_revocation_reaches_the_other_node_its_open_streams_and_its_connections()
    {
        await using var one = await StartAsync();
        await using var other = await SecondAsync(one);
        var key = await Keys(one).CreateAsync("shop", ["read"]);
        using var shop = new HttpCaller(other.Address, key.Text);
        await Eventually.That("the other node accepts the key", async () => (await shop.ReadAsync("user:key:shop")).Status == 200);
        await using var stream = await shop.ListenAsync("address=user:key:shop");
        await using var connection = PlainClient.Create(other.Hub, key.Text);
        await connection.Connection.StartAsync();
        await connection.Connection.InvokeAsync("Ack", "user:key:shop", WsmqPosition.Start.ToString());

        (await Keys(one).RevokeAsync(key.Key.Id)).Should().BeTrue();

        await Eventually.That("the stream ends", () => stream.EndCode is not null);
        stream.EndCode.Should().Be("revoked");
        await Eventually.That("the connection ends", () => connection.Closed is not null);
        (await shop.ReadAsync("user:key:shop")).Status.Should().Be(401);
        (await Keys(other).ListAsync()).Should().BeEmpty();
        (await Keys(other).RevokeAsync(key.Key.Id)).Should().BeFalse();
    }

    [Fact]
    public async Task Two_keys_of_one_name_are_one_user_and_revoked_apart()
    {
        await using var node = await StartAsync();
        var (old, young) = (await Keys(node).CreateAsync("shop", ["read"]), await Keys(node).CreateAsync("shop", ["read"]));
        using var before = new HttpCaller(node.Address, old.Text);
        using var after = new HttpCaller(node.Address, young.Text);
        await before.ReadAsync("user:key:shop");

        await Keys(node).RevokeAsync(old.Key.Id);

        (await before.ReadAsync("user:key:shop")).Status.Should().Be(401);
        (await after.ReadAsync("user:key:shop")).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_key_expires_with_its_streams()
    {
        await using var node = await StartAsync();

        // Longer than a busy machine needs to open a stream.
        var key = await Keys(node).CreateAsync("shop", ["read"], DateTimeOffset.UtcNow.AddSeconds(4));
        using var shop = new HttpCaller(node.Address, key.Text);
        await using var stream = await shop.ListenAsync("address=user:key:shop");

        await Eventually.That("the stream ends", () => stream.HasEnded);
        stream.EndCode.Should().Be("token-expired");
        (await shop.ReadAsync("user:key:shop")).Status.Should().Be(401);
    }

    [Fact]
    public async Task No_token_can_be_the_user_of_a_key()
    {
        await using var node = await StartAsync();
        using var thief = HttpCaller.Of(node, "key:shop");

        var refused = await thief.SendAsync(new { to = "user:bob" });

        (refused.Status, refused.Code).Should().Be((403, "invalid-user-identifier"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("key:other")]
    public async Task A_name_that_could_be_mistaken_is_refused(string name)
    {
        await using var node = await StartAsync();

        await Keys(node).Awaiting(k => k.CreateAsync(name, ["send"])).Should().ThrowAsync<WsmqException>();
        await Keys(node).Awaiting(k => k.CreateAsync("shop", ["send"], DateTimeOffset.UtcNow)).Should().ThrowAsync<WsmqException>();
    }

    private protected abstract Task<TestNode> StartNodeAsync(Action<WsmqOptions> options, Action<WebApplicationBuilder> services);

    /// <summary>Another node of the deployment; the same one where the store has only one.</summary>
    private protected abstract Task<TestNode> SecondAsync(TestNode first);

    private protected Task<TestNode> StartAsync() => StartNodeAsync(
        o => o.Queues["jobs"] = new WsmqQueueOptions(),
        builder =>
        {
            builder.Services.AddSingleton<IWsmqAuthorizer>(new OpenAuthorizer());
            builder.Services.AddAuthentication(WsmqApiKeyExtensions.Scheme).AddWsmqApiKeys("Bearer");
        });

    private static IWsmqApiKeys Keys(TestNode node) => node.Services.GetRequiredService<IWsmqApiKeys>();

    private static async Task<HttpCaller> CallerAsync(TestNode node, params string[] scopes) =>
        new(node.Address, (await Keys(node).CreateAsync("shop", scopes)).Text);
}

public sealed class SqliteKeyTests : KeyContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override Task<TestNode> StartNodeAsync(
        Action<WsmqOptions> options, Action<WebApplicationBuilder> services) =>
        HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")), options, services);

    private protected override Task<TestNode> SecondAsync(TestNode first) => Task.FromResult(first);
}

public sealed class RedisKeyTests(SharedRedis redis) : KeyContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override Task<TestNode> StartNodeAsync(
        Action<WsmqOptions> options, Action<WebApplicationBuilder> services) =>
        HttpCaller.StartNodeAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix), options, services);

    private protected override Task<TestNode> SecondAsync(TestNode first) => StartAsync();
}
