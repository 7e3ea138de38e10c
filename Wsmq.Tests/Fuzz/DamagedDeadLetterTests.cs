using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>Dead letters in Redis that another program corrupted: the others are still listed, and connections still close.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedDeadLetterTests(SharedRedis redis)
{
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task Corrupt_dead_letters_do_not_affect_listing_resuming_and_closing()
    {
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var (database, bob) = (admin.GetDatabase(), new RedisKeys(_prefix, 64).Of(WsmqAddress.User("bob")));
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix),
            o => (o.Limits.ConnectionsPerUser, o.DeadLetters.MaxAttempts) = (1, 1));
        var letters = node.Services.GetRequiredService<IWsmqDeadLetters>();
        var (spoilt, poison) = (await node.Publisher.SendAsync(WsmqAddress.User("bob"), 1), await node.Publisher.SendAsync(WsmqAddress.User("bob"), 2));
        await using (var first = await PlainClient.ConnectAsync(node, "bob", ack: false))
        {
            await first.ReceivesAsync("1", "2");
            await first.Connection.InvokeAsync("Ack", "user:bob", spoilt.Position);
            (await first.Connection.InvokeAsync<int>("Nack", "user:bob", poison.Position, null)).Should().Be(1);
            foreach (var place in new[] { $"{spoilt.Position}:default", "hello" })
            {
                await database.HashSetAsync(bob.DeadOf("bob"), [new($"i{place}", "hello"), new($"e{place}", "hello")]);
                await database.SortedSetAddAsync(bob.DeadPlacesOf("bob"), place, double.MaxValue);
            }
        }

        (await letters.ListAsync("bob")).Select(l => l.Position.ToString()).Should().Equal(poison.Position);
        await using (var second = await ConnectAsync(node))
        {
            await second.Connection.InvokeAsync("Resume", "user:bob", "0000000000000000");
            await second.ReceivesAsync("1", "2");
            (await second.Connection.InvokeAsync<int>("Nack", "user:bob", poison.Position, null)).Should().Be(1, "it is dead-lettered");
        }

        await using (var third = await ConnectAsync(node))
        {
            await third.Connection.InvokeAsync("Resume", "user:bob", "0000000000000000");
            await third.ReceivesAsync("1", "2");
        }

        // Closing the previous connection met the corrupt dead letters, and released its slot nevertheless.
        await using var fourth = await ConnectAsync(node);
    }

    private static async Task<PlainClient> ConnectAsync(TestNode node)
    {
        PlainClient? connected = null;
        await Eventually.That("the slot of the previous connection is free", async () =>
        {
            var client = await PlainClient.ConnectAsync(node, "bob", ack: false);
            var failed = await Record.ExceptionAsync(() => client.Connection.InvokeAsync("Ack", "user:bob", "0000000000000000"));
            if (failed is null)
                connected = client;
            else
                await client.DisposeAsync();
            return failed is null;
        });
        return connected!;
    }
}
