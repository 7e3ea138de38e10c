using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Two deployments on one Redis, which differ in their key prefixes only.</summary>
public sealed class KeyPrefixTests
{
    [Fact]
    public async Task Deployments_with_different_key_prefixes_are_isolated_and_use_only_keys_and_channels_under_their_prefix()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint, o => o.KeyPrefix = "one"));
        await using var two = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint, o => o.KeyPrefix = "two"));
        TestNode[] nodes = [one, two];
        var clients = new List<PlainClient>();
        foreach (var node in nodes)
        {
            await node.Groups.AddToGroupAsync("bob", "ops");
            clients.Add(await PlainClient.ConnectAsync(node, "bob", negotiate: true));
            await clients[^1].SendAsync("user:bob", "first", id: "the same");
            await clients[^1].ReceivesLiveAsync(node.Live.Clients.User("bob"), node.Live.Clients.Group("ops"));
        }

        foreach (var (node, name) in nodes.Zip(new[] { "one", "two" }))
        {
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Id = "the same, too", Body = WsmqJsonBody.Parse($"\"{name}\"") });
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse($"\"{name}\"") });
            await node.Live.Clients.All.Live(new WsmqLiveMessage { Type = name + " all" });
            await node.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = name + " user" });
            await node.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = name + " group" });
        }

        // The last of each kind has arrived, so anything sent to the wrong deployment before it has arrived as well.
        foreach (var (client, name) in clients.Zip(new[] { "one", "two" }))
        {
            await Eventually.That("all messages and pushes arrive", () => client.Received.Count >= 3 && client.Live.Count >= 3);
            client.Bodies.Should().BeEquivalentTo("\"first\"", $"\"{name}\"", $"\"{name}\"");
            client.Live.Select(m => m.Type).Should().BeEquivalentTo(name + " all", name + " user", name + " group");
        }

        await one.Groups.RemoveFromGroupAsync("bob", "ops");
        (await two.Groups.ListMembersAsync("ops")).Should().Equal("bob");
        await using var admin = await AdminConnection.OpenAsync($"{redis.EndPoint},configChannel=,tiebreaker=");
        var server = admin.GetServers()[0];
        server.Keys().Select(k => (string)k!).Should().NotBeEmpty().And.OnlyContain(k => k.StartsWith("one:") || k.StartsWith("two:"));
        (await server.SubscriptionChannelsAsync()).Select(c => (string)c!).Should().NotBeEmpty()
            .And.OnlyContain(c => c.StartsWith("one:") || c.StartsWith("two:"));
        foreach (var client in clients)
            await client.DisposeAsync();
    }
}
