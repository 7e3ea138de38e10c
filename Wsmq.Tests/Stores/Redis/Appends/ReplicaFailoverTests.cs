using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>Receipts that wait for a replica, as senders see them, while the replica lags and is promoted.</summary>
public sealed class ReplicaFailoverTests(ITestOutputHelper output)
{
    private static Task<TestNode> StartAsync(ReplicatedRedis redis, RecordedLogs? logs = null) => TestNode.StartAsync(
        s => s.UseRedis(redis.Configuration, o => (o.ReceiptReplicas, o.ReplicaTimeout, o.CommandTimeout) = (1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))),
        o => o.Publish.SendTimeout = TimeSpan.FromSeconds(3),
        b => b.Logging.AddProvider(logs ?? new RecordedLogs()));

    [Fact]
    public async Task Sends_fail_with_not_replicated_while_the_replica_is_paused_and_a_repeat_has_the_first_position()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        var logs = new RecordedLogs();
        await using var node = await StartAsync(redis, logs);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.SendAsync("user:bob", "before");
        redis.Replica.Pause();

        var sends = Enumerable.Range(0, 20).Select(i => bob.SendAsync("user:bob", i, id: $"{i:D}")).ToArray();
        foreach (var send in sends)
            (await FluentActions.Awaiting(() => send).Should().ThrowAsync<Exception>()).Which.Message.Should().Contain("[wsmq 5005 not-replicated retry]");
        await Eventually.That("readers receive the messages", () => bob.Received.Count == 21);
        await Eventually.That("the missing confirmation is logged", () =>
            logs.Of(LogLevel.Warning).Any(t => t.Contains("not-replicated", StringComparison.Ordinal)));
        logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("not-replicated", StringComparison.Ordinal));

        redis.Replica.Continue();
        var receipt = await RepeatedAsync(() => bob.SendAsync("user:bob", 7, id: "7"));
        receipt.Should().BeEquivalentTo(new { Id = "7", Duplicate = true, bob.Received.Single(d => d.Id == "7").Position });
        bob.Received.Should().HaveCount(21);
    }

    [Fact]
    public async Task A_primary_with_too_few_replicas_causes_a_warning_at_start()
    {
        await using var redis = await RedisServer.StartAsync();
        var logs = new RecordedLogs();
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint, o => o.ReceiptReplicas = 1), services: b => b.Logging.AddProvider(logs));
        logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("has 0 replicas connected", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Every_message_with_a_receipt_is_on_the_promoted_replica(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var node = await StartAsync(redis);
        var receipts = new ConcurrentQueue<(string To, string Id, string Position)>();
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 8).Select(s => Task.Run(() => SendAsync(node.Publisher, s, receipts, stop.Token))).ToArray();
        async Task MoreAsync(int count)
        {
            var goal = receipts.Count + count;
            await Eventually.That($"{count} more receipts", () => receipts.Count >= goal);
        }

        await MoreAsync(random.Next(50, 1_500));
        var lags = random.Next(2) == 0;
        if (lags)
            await redis.CutOffAsync();
        await redis.Primary.StopAsync(kill: true);
        var before = receipts.Count;
        await redis.PromoteAsync();
        await using var replica = await redis.AddReplicaOfAsync(redis.Replica);
        await MoreAsync(200);
        await stop.CancelAsync();
        await Task.WhenAll(senders);

        output.WriteLine($"{before} receipts before the failover, {receipts.Count - before} after it, lagging: {lags}");
        var log = node.Services.GetRequiredService<IStore>().MessageLog;
        foreach (var of in receipts.GroupBy(r => r.To))
        {
            var stored = await WholeLog.ReadAsync(log, of.Key);
            stored.Select(e => (Encoding.UTF8.GetString(e.Body.Span), e.Position.ToString())).Should().Contain(of.Select(r => ($"\"{r.Id}\"", r.Position)));
        }
    }

    private static async Task SendAsync(
        IWsmqPublisher publisher, int sender, ConcurrentQueue<(string To, string Id, string Position)> receipts, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (to, id) = ($"user:u{sender % 5}", $"{sender}-{i}");
            var message = new WsmqOutgoingMessage { To = to, Id = id, Body = WsmqJsonBody.Parse($"\"{id}\"") };
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    receipts.Enqueue((to, id, (await publisher.SendAsync(message, CancellationToken.None)).Position));
                    break;
                }
                catch (WsmqException e) when (e.Error.CanRetry)
                {
                    // As every sender does: repeat the send with the same id.
                }
            }
        }
    }

    private static async Task<WsmqReceipt> RepeatedAsync(Func<Task<WsmqReceipt>> send)
    {
        WsmqReceipt? receipt = null;
        await Eventually.That("a repeat gets its receipt", async () =>
        {
            try
            {
                receipt = await send();
                return true;
            }
            catch (Microsoft.AspNetCore.SignalR.HubException)
            {
                return false;
            }
        });
        return receipt!;
    }
}
