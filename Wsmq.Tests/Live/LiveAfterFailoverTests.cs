using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Live;

/// <summary>
/// Live subscriptions move to the server that takes over, and no push is received twice there. The class has its own Cluster, because its
/// servers change roles.
/// </summary>
public sealed class LiveAfterFailoverTests(SharedReplicatedCluster cluster, ITestOutputHelper output) : IClassFixture<SharedReplicatedCluster>
{
    [Fact]
    public async Task Live_pushes_arrive_once_after_a_replica_was_promoted()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await FailoverAsync(redis.Configuration, async () =>
        {
            await redis.Primary.StopAsync(kill: true);
            await redis.PromoteAsync();
        });
    }

    [Fact]
    public async Task Live_pushes_arrive_once_after_a_killed_cluster_primary_returned_as_a_replica()
    {
        var primary = cluster.Servers[0];
        await FailoverAsync(cluster.EndPoints, () => primary.StopAsync(kill: true), async () =>
        {
            await primary.RestartAsync();
            await using var admin = await ReplicatedRedis.AdminAsync(primary);
            await Eventually.That("the live connections of both nodes are connected to it again", async () =>
                ((string)(await admin.GetServer(primary.EndPoint).ExecuteAsync("CLIENT", "LIST"))!).Split("name=wsmq-live").Length > 2);
        });
    }

    [Fact]
    public async Task Live_pushes_arrive_once_after_a_primary_became_the_replica_of_its_own_replica()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await FailoverAsync(redis.Configuration, async () =>
        {
            await redis.PromoteAsync();
            await using var admin = await ReplicatedRedis.AdminAsync(redis.Primary);
            await admin.GetServers()[0].ExecuteAsync("REPLICAOF", "127.0.0.1", redis.Replica.Port);
        });
    }

    [Fact]
    public Task Live_pushes_arrive_once_after_cluster_replicas_took_over_from_primaries() => FailoverAsync(cluster.EndPoints, async () =>
    {
        // A server refuses CLUSTER FAILOVER for a moment after it has become a replica.
        await Eventually.That("a replica takes over", async () =>
        {
            var promoted = 0;
            foreach (var server in cluster.Servers)
            {
                if ((await server.CommandAsync("ROLE")).Contains("slave", StringComparison.Ordinal))
                    promoted += (await server.CommandAsync("CLUSTER FAILOVER")).StartsWith("+OK", StringComparison.Ordinal) ? 1 : 0;
            }

            return promoted > 0;
        });
    });

    [Fact]
    public async Task Live_pushes_arrive_once_after_subscription_connections_to_an_unchanged_cluster_were_killed()
    {
        async Task CutAsync()
        {
            for (var time = 0; time < 3; time++)
            {
                // While one connection is closed, the driver could subscribe its channels at the servers of the others.
                foreach (var server in cluster.Servers)
                    await server.CommandAsync("CLIENT KILL TYPE pubsub");
            }
        }

        await FailoverAsync(cluster.EndPoints, CutAsync, CutAsync);
    }

    private async Task FailoverAsync(string configuration, Func<Task> fail, Func<Task>? comeBack = null)
    {
        // An earlier test may have changed the roles of the servers.
        await Eventually.That("the cluster state is ok", async () =>
            (await Task.WhenAll(cluster.Servers.Select(s => s.CommandAsync("CLUSTER INFO"))))
            .All(info => info.Contains("cluster_state:ok", StringComparison.Ordinal)));
        var prefix = "failover-" + cluster.NextPrefix();

        // On a busy machine the servers of a Cluster may mark each other as failing for a moment again; a node then fails to start.
        async Task<TestNode> NodeAsync()
        {
            TestNode? node = null;
            await Eventually.That("a node starts", async () =>
            {
                try
                {
                    node = await TestNode.StartAsync(
                        s => s.UseRedis(configuration, o => (o.KeyPrefix, o.CommandTimeout) = (prefix, TimeSpan.FromSeconds(1))));
                    return true;
                }
                catch (Exception e) when (e is RedisServerException or WsmqException { Error.CanRetry: true })
                {
                    return false;
                }
            });
            return node!;
        }

        await using var a = await NodeAsync();
        await using var b = await NodeAsync();
        await using var bob = await LetInAsync(a, "bob");
        await a.Live.Groups.AddToGroupAsync(bob.Connection.ConnectionId!, "g");
        var number = 0;
        async Task PushesComeAsync(string when)
        {
            foreach (var to in new[] { b.Live.Clients.User("bob"), b.Live.Clients.Group("g"), b.Live.Clients.All })
            {
                var first = number;
                await Eventually.That($"pushes arrive {when}", async () =>
                {
                    try
                    {
                        await to.Live(new WsmqLiveMessage { Type = $"{number++}" });
                    }
                    catch (Exception e) when (e is RedisException or TimeoutException)
                    {
                        return false;
                    }

                    return bob.Live.Any(m => int.Parse(m.Type!, CultureInfo.InvariantCulture) >= first);
                });
            }
        }

        await PushesComeAsync("before");
        await fail();
        await PushesComeAsync("after the failover");
        if (comeBack is not null)
        {
            await comeBack();
            await PushesComeAsync("after the old primary is available again");
        }

        output.WriteLine($"{bob.Live.Count} of {number} pushes arrived");
        bob.Live.Select(m => m.Type).Should().OnlyHaveUniqueItems();
    }

    // A client that connects while the store does not answer is refused, and does not reconnect by itself.
    private static async Task<PlainClient> LetInAsync(TestNode node, string user)
    {
        PlainClient? letIn = null;
        await Eventually.That($"{user} is accepted", async () =>
        {
            var client = await PlainClient.ConnectAsync(node, user, negotiate: true);
            if (await Record.ExceptionAsync(() => client.SendAsync("user:nobody", 1)) is null)
                letIn = client;
            else
                await client.DisposeAsync();
            return letIn is not null;
        });
        return letIn!;
    }
}
