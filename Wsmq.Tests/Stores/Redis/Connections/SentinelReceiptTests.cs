using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>If receipts wait for a replica, no message with a receipt is lost, whatever the sentinels do.</summary>
public sealed class SentinelReceiptTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_message_with_a_receipt_is_lost_when_a_primary_is_killed_while_its_replicas_are_cut_off()
    {
        var logs = new RecordedLogs();
        await using var redis = await SentinelRedis.StartAsync(replicas: 2);
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Configuration, o => (o.ReceiptReplicas, o.ReplicaTimeout, o.CommandTimeout) = (1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))),
            o => o.Publish.SendTimeout = TimeSpan.FromSeconds(5),
            b => b.Logging.AddProvider(logs));
        var old = redis.Servers[0];
        var senders = new Senders(node.Publisher, ["user:u0", "user:u1", "user:u2"], output);
        await senders.MoreAsync(100);

        // Messages stored from here on are on the primary only: the replicas never receive them.
        foreach (var replica in redis.Servers.Skip(1))
            replica.Pause();
        (await old.CommandAsync("CLIENT KILL TYPE replica")).Should().StartWith(":2");
        await Eventually.That("a send is not confirmed by a replica", () =>
            logs.Of(LogLevel.Warning).Any(t => t.Contains("not-replicated", StringComparison.Ordinal)));
        await old.StopAsync(kill: true);
        foreach (var replica in redis.Servers.Skip(1))
            replica.Continue();
        await redis.FailedOverAsync(old);
        await senders.MoreAsync(100);
        await old.RestartAsync();
        await senders.MoreAsync(20);
        await Eventually.That("the old primary is a replica", async () =>
            (await old.CommandAsync("ROLE")).Contains("slave", StringComparison.Ordinal));
        await senders.MoreAsync(20);
        await senders.StopAsync();

        await senders.SinceIsInAsync(node);
    }
}
