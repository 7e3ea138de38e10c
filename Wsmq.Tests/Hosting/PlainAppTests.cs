using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hosting;

/// <summary>Ordinary ways to use wsmq that no other test covers.</summary>
[Collection(SharedRedis.Name)]
public sealed class PlainAppTests(SharedRedis redis) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task An_app_without_a_web_server_can_publish_messages_change_groups_and_ban_users(string environment)
    {
        var prefix = redis.NextPrefix();
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");
        await using var carol = await TypedClient.StartAsync(node.Hub, "carol");
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.Services.AddWsmq().UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix);
        using var app = builder.Build();
        await app.StartAsync();
        var publisher = app.Services.GetRequiredService<IWsmqPublisher>();

        await publisher.SendAsync(WsmqAddress.User("bob"), new Number(1));
        await app.Services.GetRequiredService<IWsmqGroups>().AddToGroupAsync("bob", "ops");
        await publisher.SendAsync(WsmqAddress.Group("ops"), new Number(2));
        await app.Services.GetRequiredService<IWsmqAccess>().BanAsync("carol");

        await Eventually.That("both messages arrive", () => bob.Handled.Order().SequenceEqual([1, 2]));
        await Eventually.That("the banned client has stopped", () => carol.Client.State == WsmqClientState.Stopped);
        await app.StopAsync();
        var late = () => publisher.SendAsync(WsmqAddress.User("bob"), new Number(3));
        (await late.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.Stopping);
    }

    [Fact]
    public async Task An_app_without_a_web_server_pushes_live_and_answers_its_health_checks()
    {
        var prefix = redis.NextPrefix();
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        await node.Groups.AddToGroupAsync("bob", "ops");
        var (bob, carol) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var first = await ListenAsync(node, "bob", bob);
        await using var second = await ListenAsync(node, "carol", carol);
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWsmq().UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix);
        using var app = builder.Build();
        await app.StartAsync();
        var live = app.Services.GetRequiredService<IHubContext<WsmqHub, IWsmqReceiver>>();
        var health = app.Services.GetRequiredService<HealthCheckService>();

        // A group is joined after the logs are read; a push before that is lost, as documented.
        await Eventually.That("the push to the group arrives", async () =>
        {
            await live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = "group" });
            return bob.Contains("group");
        });
        await live.Clients.User("carol").Live(new WsmqLiveMessage { Type = "user" });
        await live.Clients.All.Live(new WsmqLiveMessage { Type = "all" });
        var running = await health.CheckHealthAsync();
        // Each target has a channel of its own, and pushes over two channels may overtake each other.
        await Eventually.That("both clients receive all pushes", () => bob.Contains("all") && carol.Count >= 2);
        await app.StopAsync();
        var stopped = await health.CheckHealthAsync(check => check.Name == "wsmq-drain");

        bob.Distinct().Should().Equal("group", "all");
        carol.Should().BeEquivalentTo("user", "all");
        running.Entries.Select(e => (e.Key, e.Value.Status)).Should().BeEquivalentTo([("wsmq-store", HealthStatus.Healthy), ("wsmq-drain", HealthStatus.Healthy)]);
        stopped.Status.Should().Be(HealthStatus.Unhealthy);
    }

    private static async Task<TypedClient> ListenAsync(TestNode node, string user, ConcurrentQueue<string> pushed)
    {
        var client = new TypedClient(node.Hub, user, _ => Task.CompletedTask);
        client.Client.OnAnyLive((message, _) =>
        {
            pushed.Enqueue(message.Type!);
            return Task.CompletedTask;
        });
        await client.Client.StartAsync();

        // Once a call has completed, pushes to its user reach the client.
        await client.SendAsync($"user:{user}", 0);
        return client;
    }

    [Fact]
    public async Task User_names_that_differ_only_in_case_are_different_users()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var upper = await TypedClient.StartAsync(node.Hub, "Bob");

        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new Number(1));
        await node.Groups.AddToGroupAsync("bob", "ops");
        await node.Publisher.SendAsync(WsmqAddress.Group("ops"), new Number(2));
        await node.Access.BanAsync("bob");
        await node.Publisher.SendAsync(WsmqAddress.User("Bob"), new Number(3));

        await upper.HandlesAsync([3]);
        upper.Client.State.Should().Be(WsmqClientState.Connected);
        (await node.Groups.IsInGroupAsync("Bob", "ops")).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Readers_of_logs_that_do_not_exist_yet_get_no_gap_and_receive_the_first_message(bool onRedis)
    {
        await using var node = await TestNode.StartAsync(
            s => _ = onRedis ? s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix()) : s.UseSqlite(_folder.File("wsmq.db")),
            o => o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(100));
        await node.Groups.AddToGroupAsync("bob", "new");
        await using var plain = await PlainClient.ConnectAsync(node, "bob", "plain");
        await using var typed = await TypedClient.StartAsync(node.Hub, "bob");

        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new Number(1));
        await Eventually.That("the first message arrives", () => plain.Received.Count == 1);
        await node.Publisher.SendAsync(WsmqAddress.Group("new"), new Number(2));

        await Eventually.That("the first message of the group arrives", () => plain.Received.Count == 2);
        await Eventually.That("both messages are handled", () => typed.Handled.Order().SequenceEqual([1, 2]));
        plain.Gaps.Should().BeEmpty();
        typed.Gaps.Should().BeEmpty();
    }
}
