using Wsmq.Tests.Stores.Access;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Nodes;

/// <summary>A primary of a Cluster that its replica replaces, and that comes back as one while it is none any more.</summary>
public sealed class ClusterFailoverTests(ReplicatedCluster cluster, ITestOutputHelper output) : IClassFixture<ReplicatedCluster>
{
    // Of all shards: the one that fails, and others.
    private static readonly string[] Users = [.. Enumerable.Range(0, 6).Select(i => $"user:u{i}")];

    [Fact]
    public async Task Nothing_is_appended_at_a_paused_primary_that_comes_back()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        var senders = new Senders(a.Publisher, Users, output);
        var others = new Senders(b.Publisher, Users, output);
        await Task.WhenAll(senders.MoreAsync(100), others.MoreAsync(100));

        var old = cluster.Servers[0];
        old.Pause();
        await Eventually.That("another server has the slots of the paused one", async () =>
            !(await cluster.Servers[1].CommandAsync("CLUSTER SLOTS")).Contains($":{old.Port}\r\n", StringComparison.Ordinal)
            && await PrimariesAsync() == 3);
        await Task.WhenAll(senders.MoreAsync(200), others.MoreAsync(200));
        senders.Mark();
        others.Mark();
        old.Continue();
        await Senders.GoOnUntilItIsAReplicaAsync(old, senders, others);

        await senders.SinceIsInAsync(a);
        await others.SinceIsInAsync(a);
    }

    // Of those that are not paused.
    private async Task<int> PrimariesAsync() =>
        (await Task.WhenAll(cluster.Servers.Skip(1).Select(s => s.CommandAsync("ROLE")))).Count(role => role.Contains("master", StringComparison.Ordinal));

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        s => s.UseRedis(cluster.EndPoints, o => o.CommandTimeout = TimeSpan.FromSeconds(2)),
        o => o.SendTimeout = TimeSpan.FromSeconds(5));
}
