using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

public sealed class TwoNodesTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private TestNode _a = null!;
    private TestNode _b = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(appendOnly: true);
        _a = await TestNode.StartAsync(s => s.UseRedis(_redis.EndPoint));
        _b = await TestNode.StartAsync(s => s.UseRedis(_redis.EndPoint));
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_message_crosses_from_node_to_node()
    {
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await using var bob = await PlainClient.ConnectAsync(_b, "bob");

        var receipt = await alice.SendAsync("user:bob", "hi");

        await bob.ReceivesAsync("\"hi\"");
        bob.Received[0].Should().BeEquivalentTo(new { Sender = "alice", receipt.Id, receipt.Position, Source = "user:bob" });
    }
}
