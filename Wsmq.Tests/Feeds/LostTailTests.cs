using Microsoft.AspNetCore.SignalR.Client;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Feeds;

/// <summary>
/// A Redis that was rolled back: its newest entries are lost, as after a failover to a replica that had not received them. The test
/// deletes them itself, because the loss must hit exact entries.
/// </summary>
[Collection(SharedRedis.Name)]
public sealed class LostTailTests(SharedRedis redis)
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_entries_that_a_live_feed_had_read_are_announced_as_a_gap(bool somethingFollows)
    {
        var prefix = redis.NextPrefix();
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix),
            o => (o.Delivery.CachedEntriesPerAddress, o.Delivery.TailCheckInterval) = (0, TimeSpan.FromMilliseconds(somethingFollows ? 3_600_000 : 100)));
        await using var ahead = await PlainClient.ConnectAsync(node, "bob", "ahead");
        var sent = new List<WsmqReceipt> { await SendAsync(node, 1) };
        await using (var away = await PlainClient.ConnectAsync(node, "bob", "lagging"))
        {
            await away.ReceivesAsync("1");
            await away.Connection.InvokeAsync("Ack", "user:bob", sent[0].Position);
        }

        sent.AddRange([await SendAsync(node, 2), await SendAsync(node, 3)]);
        await ahead.ReceivesAsync("1", "2", "3");

        await LoseBehindAsync(prefix, WsmqPosition.Parse(sent[0].Position));
        string[] next = [];
        if (somethingFollows)
        {
            await SendAsync(node, 4);
            next = ["4"];
        }

        await using var lagging = await PlainClient.ConnectAsync(node, "bob", "lagging");
        await Eventually.That("the loss is announced", () => lagging.Gaps.Count == 1);
        await lagging.ReceivesAsync(next);
        lagging.Gaps[0].Should().Be(new GapSeen("user:bob", sent[0].Position, WsmqPosition.Parse(sent[2].Position).Next().ToString(), WsmqGapReasons.Lost, 0));
        await ahead.ReceivesAsync(["1", "2", "3", .. next]);
        ahead.Gaps.Should().BeEmpty("it has received all of them");
    }

    private static Task<WsmqReceipt> SendAsync(TestNode node, int number) =>
        node.Publisher.SendAsync(new WsmqOutgoingMessage { To = Bob.ToString(), Body = WsmqJsonBody.Parse($"{number}") });

    private async Task LoseBehindAsync(string prefix, WsmqPosition last)
    {
        await using var connection = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var keys = new RedisKeys(prefix, 64);
        var database = connection.GetDatabase();
        foreach (var entry in await database.StreamRangeAsync(keys.Log(Bob), $"({last.Value}-0"))
            await database.StreamDeleteAsync(keys.Log(Bob), [entry.Id]);
        await database.HashSetAsync(keys.Meta(Bob), "t", last.ToString());
        await new ActiveStates(database, keys).RollBackAsync(Bob, last);
    }
}
