using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>A Redis without room says no, keeps what it has, and gets room again when its messages are consumed.</summary>
public sealed class FullRedisTests
{
    [Fact]
    public async Task Sends_are_refused_and_what_is_stored_can_still_be_read_and_consumed()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true, "--maxmemory", "16mb", "--maxmemory-policy", "noeviction");
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint), o => (o.AckGrace, o.DeduplicationWindow, o.SendTimeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        await using (await PlainClient.ConnectAsync(node, "bob"))
        {
        }

        var stored = 0;
        WsmqException? refused = null;
        while (refused is null)
        {
            var results = await node.Publisher.SendManyAsync([.. Enumerable.Range(stored, 64).Select(_ => Large())]);
            stored += results.Count(r => r.Receipt is not null);
            refused = results.Select(r => r.Error).FirstOrDefault(e => e is not null);
        }

        refused.Error.Should().Be(WsmqErrors.StoreFull);
        stored.Should().BePositive();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("all that has a receipt comes", () => bob.Received.Count == stored);
        await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[^1].Position);
        await Eventually.That("there is room again", async () => (await node.Publisher.SendManyAsync([Large()]))[0].Receipt is not null);
        bob.Gaps.Should().BeEmpty();
    }

    private static OutgoingMessage Large() => new() { To = "user:bob", Data = new byte[60_000] };
}
