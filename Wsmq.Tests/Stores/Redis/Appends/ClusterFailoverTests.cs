using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>A primary of a Cluster that its replica replaces, and that resumes as a primary although it was replaced.</summary>
public sealed class ClusterFailoverTests(SharedReplicatedCluster cluster, ITestOutputHelper output) : IClassFixture<SharedReplicatedCluster>
{
    // Users on all shards: the one that fails, and the others.
    private static readonly string[] Users = [.. Enumerable.Range(0, 6).Select(i => $"user:u{i}")];

    [Fact]
    public async Task Nothing_is_appended_to_a_paused_primary_that_resumes_after_its_failover()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        var senders = new Senders(a.Publisher, Users, output);
        var others = new Senders(b.Publisher, Users, output);
        await Task.WhenAll(senders.MoreAsync(100), others.MoreAsync(100));

        var old = cluster.Servers[0];
        old.Pause();
        await Eventually.That("another server owns the slots of the paused one", async () =>
            !(await cluster.Servers[1].CommandAsync("CLUSTER SLOTS")).Contains($":{old.Port}\r\n", StringComparison.Ordinal)
            && await PrimariesAsync() == 3);
        await Task.WhenAll(senders.MoreAsync(200), others.MoreAsync(200));
        senders.Mark();
        others.Mark();
        old.Continue();
        await Senders.GoOnUntilItIsAReplicaAsync(old, senders, others);

        await senders.SinceIsInAsync(a);
        await others.SinceIsInAsync(a);
        await Eventually.That("the nodes answer each other", async () =>
            await a.Services.GetRequiredService<IWsmqNodes>().ListAsync() is { IsComplete: true, Nodes.Count: 2 });
    }

    // The number of primaries among the servers that are not paused.
    private async Task<int> PrimariesAsync() =>
        (await Task.WhenAll(cluster.Servers.Skip(1).Select(s => s.CommandAsync("ROLE")))).Count(role => role.Contains("master", StringComparison.Ordinal));

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        s => s.UseRedis(cluster.EndPoints, o => o.CommandTimeout = TimeSpan.FromSeconds(2)),
        o => o.Publish.SendTimeout = TimeSpan.FromSeconds(5));
}
