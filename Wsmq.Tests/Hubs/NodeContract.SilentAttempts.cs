using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;

namespace Wsmq.Tests.Hubs;

// Connections that end without an ack.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_message_on_which_connections_end_without_an_ack_is_dead_lettered_on_a_later_connection()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxSilentAttempts = 3);
        var p = await PublishAsync(node, "user:bob", 0, 2);
        var deadLettered = new List<(string Source, string Position, int Attempts)>();
        var connections = 0;
        await Eventually.That("the message is dead-lettered", async () =>
        {
            await using (var bob = await PlainClient.ConnectAsync(node, "bob", ack: false))
            {
                await Eventually.That("a message arrives", () => bob.Received.Count > 0);
                deadLettered.AddRange(bob.DeadLettered);
            }

            // A connection that opens before the end of this one is counted would be one attempt more.
            connections++;
            await Eventually.That("the connection is removed", () => node.Services.GetRequiredService<ConnectionRegistry>().IsEmpty);
            return deadLettered.Count > 0;
        });
        connections.Should().BeGreaterThan(3);
        deadLettered.Should().Equal(("user:bob", p[0].Position, 3));
        (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle();
        await using var last = await PlainClient.ConnectAsync(node, "bob");
        await last.ReceivesAsync("1");
    }

    [Fact]
    public async Task Connections_that_the_app_closes_do_not_count_as_failed_attempts()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxSilentAttempts = 1);
        await PublishAsync(node, "user:bob", 0, 1);
        for (var i = 0; i < 3; i++)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
            await bob.ReceivesAsync("0");
            bob.DeadLettered.Should().BeEmpty();
            await node.Access.DisconnectAsync("bob");
            await Eventually.That("the connection is closed and removed", () =>
                bob.Connection.State == HubConnectionState.Disconnected && node.Services.GetRequiredService<ConnectionRegistry>().IsEmpty);
        }

        (await DeadLetters(node).ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task Connections_that_acknowledge_a_message_do_not_count_as_failed_attempts()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxSilentAttempts = 1);
        await PublishAsync(node, "user:bob", 0, 6);
        for (var i = 0; i < 5; i++)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
            await bob.ReceivesAsync(Numbers(i, 6 - i));
            await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[0].Position);
            bob.DeadLettered.Should().BeEmpty();
        }

        (await DeadLetters(node).ListAsync("bob")).Should().BeEmpty();
    }
}
