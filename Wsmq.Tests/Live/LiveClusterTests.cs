using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Live;

/// <summary>The channels of the live plane on a Cluster, where each node receives pushes from every shard.</summary>
[Collection(SharedCluster.Name)]
public sealed class LiveClusterTests(SharedCluster redis)
{
    [Fact]
    public async Task A_database_other_than_0_is_refused_on_a_Cluster()
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis($"{redis.EndPoints},defaultDatabase=1")));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("defaultDatabase");
    }

    [Fact]
    public async Task Pushes_to_users_of_all_shards_to_a_group_and_to_all_arrive_from_another_node()
    {
        var prefix = redis.NextPrefix();
        await using var a = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoints, o => o.KeyPrefix = prefix));
        await using var b = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoints, o => o.KeyPrefix = prefix));
        var users = Enumerable.Range(0, 12).Select(i => $"u{i}").ToArray();
        var clients = await Task.WhenAll(users.Select((u, i) => PlainClient.ConnectAsync(i % 2 == 0 ? a : b, u, negotiate: true)));
        foreach (var (client, user) in clients.Zip(users))
        {
            await client.Connection.InvokeAsync("Ack", $"user:{user}", WsmqPosition.Start.ToString());
            await a.Live.Groups.AddToGroupAsync(client.Connection.ConnectionId!, "g");
            await client.ReceivesLiveAsync(a.Live.Clients.User(user), a.Live.Clients.Group("g"));
        }

        foreach (var to in new[] { a.Live.Clients.Users(users), a.Live.Clients.Group("g"), a.Live.Clients.All })
            await to.Live(new());

        await Eventually.That("every client receives every push", () => clients.All(c => c.Live.Count == 3));
        foreach (var client in clients)
            await client.DisposeAsync();
    }
}
