using Wsmq.Tests.Support;


namespace Wsmq.Tests.Pumps;

/// <summary>
/// Many senders with many sends in flight each, many receivers and a group, over two nodes: no message is lost, duplicated or out of order.
/// </summary>
[Collection(SharedRedis.Name)]
public sealed class CrowdTests(SharedRedis redis)
{
    private const int Senders = 8;
    private const int Receivers = 12;
    private const int Messages = 600;
    private const int Outstanding = 32;

    [Fact]
    public async Task Every_receiver_gets_the_messages_of_every_sender_once_and_in_order()
    {
        var prefix = redis.NextPrefix();
        await using var a = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        await using var b = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        TestNode[] nodes = [a, b];
        foreach (var user in Enumerable.Range(0, Receivers).Select(i => $"r{i}").Concat(Enumerable.Range(0, Senders).Select(i => $"s{i}")))
            await a.Groups.AddToGroupAsync(user, "all");
        var receivers = await Task.WhenAll(Enumerable.Range(0, Receivers).Select(i => PlainClient.ConnectAsync(nodes[i % 2], $"r{i}")));
        var senders = await Task.WhenAll(Enumerable.Range(0, Senders).Select(i => PlainClient.ConnectAsync(nodes[i % 2], $"s{i}")));

        await Task.WhenAll(senders.Select(SendAllAsync));

        var each = Senders * (Messages / (Receivers + 1)) * 2;
        await Eventually.That("every receiver has every message", () => receivers.All(r => r.Received.Count >= each));
        foreach (var receiver in receivers)
        {
            receiver.Received.Should().HaveCount(each);
            receiver.Gaps.Should().BeEmpty();
            foreach (var stream in receiver.Received.GroupBy(d => (d.Source, d.Sender)))
                stream.Select(d => int.Parse(d.Body.ToString()!, null)).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            foreach (var source in receiver.Received.GroupBy(d => d.Source))
                source.Skip(1).Select(d => d.Previous).Should().Equal(source.SkipLast(1).Select(d => d.Position));
        }

        foreach (var client in receivers.Concat(senders))
            await client.DisposeAsync();
    }

    // One message to each receiver and one to the group in turn, with at most Outstanding sends in flight.
    private static async Task SendAllAsync(PlainClient sender)
    {
        var underWay = new Queue<Task<WsmqReceipt>>();
        for (var i = 0; i < Messages / (Receivers + 1) * (Receivers + 1); i++)
        {
            var place = i % (Receivers + 1);
            if (underWay.Count == Outstanding)
                await underWay.Dequeue();
            underWay.Enqueue(sender.SendAsync(place == Receivers ? "group:all" : $"user:r{place}", i));
        }

        await Task.WhenAll(underWay);
    }
}
