using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Live;

/// <summary>
/// A node subscribes each channel at one server only: Redis forwards a publication to the replicas as well, and to every server of a
/// Cluster, so a second subscription would receive it twice.
/// </summary>
public sealed class LiveOnceTests(SharedReplicatedRedis pair, SteadyReplicatedCluster cluster, ITestOutputHelper output)
    : IClassFixture<SharedReplicatedRedis>, IClassFixture<SteadyReplicatedCluster>
{
    private const int Starts = 10;

    [Theory]
    [InlineData("resp2")]
    [InlineData("resp3")]
    public Task Each_push_is_received_once_with_a_primary_and_its_replica(string protocol) =>
        ReceivedOnceAsync($"{pair.Redis.Configuration},protocol={protocol}", [pair.Redis.Primary, pair.Redis.Replica], () => pair.NextPrefix());

    [Theory]
    [InlineData("resp2")]
    [InlineData("resp3")]
    public Task Each_push_is_received_once_on_a_cluster_with_replicas(string protocol) =>
        ReceivedOnceAsync($"{cluster.EndPoints},protocol={protocol}", cluster.Servers, () => cluster.NextPrefix());

    private async Task ReceivedOnceAsync(string configuration, IEnumerable<RedisServer> servers, Func<string> nextPrefix)
    {
        await using var admin = await AdminConnection.OpenAsync($"{configuration},configChannel=,tiebreaker=");
        var at = servers.Select(s => admin.GetServer(s.EndPoint)).ToArray();
        for (var start = 0; start < Starts; start++)
        {
            var prefix = nextPrefix();
            await using var a = await TestNode.StartAsync(s => s.UseRedis(configuration, o => o.KeyPrefix = prefix));
            await using var b = await TestNode.StartAsync(s => s.UseRedis(configuration, o => o.KeyPrefix = prefix));
            await using var bob = await PlainClient.ConnectAsync(a, "bob", negotiate: true);
            await bob.SendAsync("user:bob", "0");
            await a.Live.Groups.AddToGroupAsync(bob.Connection.ConnectionId!, "g");
            await bob.ReceivesLiveAsync(a.Live.Clients.User("bob"), a.Live.Clients.Group("g"));
            await Eventually.That("the message arrives", () => bob.Received.Count == 1);

            var twice = await TwiceAsync(at, prefix);
            output.WriteLine($"start {start}: {string.Join(", ", twice)}");
            foreach (var node in new[] { a, b })
            {
                foreach (var to in new[] { node.Live.Clients.User("bob"), node.Live.Clients.Group("g"), node.Live.Clients.All })
                    await to.Live(new());
            }

            // A duplicate of an earlier push arrives before the last pushes.
            await Eventually.That("all pushes arrive", () => bob.Live.Count >= 6);
            await a.Live.Clients.All.Live(new());
            await a.Live.Clients.Group("g").Live(new());
            await b.Live.Clients.User("bob").Live(new());
            await Eventually.That("the last pushes arrive", () => bob.Live.Count >= 9);
            twice.Should().BeEmpty();
            bob.Live.Should().HaveCount(9);
        }
    }

    /// <summary>The channels with more subscriptions than nodes that need them.</summary>
    private static async Task<IReadOnlyList<string>> TwiceAsync(IEnumerable<IServer> servers, string prefix)
    {
        var all = new List<(string Channel, string Server, long Count)>();
        foreach (var server in servers)
        {
            foreach (var kind in new[] { "", "SHARD" })
            {
                foreach (var channel in (string[])(await server.ExecuteAsync("PUBSUB", kind + "CHANNELS", "*"))!)
                {
                    var count = ((RedisResult[])(await server.ExecuteAsync("PUBSUB", kind + "NUMSUB", channel))!)[1];
                    if (channel.Contains(prefix + ":", StringComparison.Ordinal) || channel.Contains(prefix + "}", StringComparison.Ordinal))
                        all.Add((channel, server.EndPoint.ToString()!, (long)count));
                }
            }
        }

        all.Should().NotBeEmpty();

        // The configuration channel of the drivers: each driver subscribes it at every server.
        all.RemoveAll(s => s.Channel.EndsWith(":live:config", StringComparison.Ordinal));

        // Both nodes subscribe these channels; one node subscribes each of the others.
        static int Nodes(string channel) =>
            new[] { ":all", ":internal:groups", ":access" }.Any(end => channel.EndsWith(end, StringComparison.Ordinal)) ? 2 : 1;
        return [.. all.GroupBy(s => s.Channel).Where(c => c.Sum(s => s.Count) > Nodes(c.Key))
            .Select(c => $"{c.Key} at {string.Join(" and ", c.Select(s => $"{s.Server} {s.Count}"))}")];
    }
}
