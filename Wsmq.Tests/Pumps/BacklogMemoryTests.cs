using Wsmq.Tests.Support;


namespace Wsmq.Tests.Pumps;

/// <summary>The backlog of a reader stays in the store, and does not fill the memory of the node.</summary>
[Collection(AloneCollection.Name)]
public sealed class BacklogMemoryTests
{
    private const long Most = 10L * 1024 * 1024;

    [Fact]
    public async Task A_node_holds_only_the_in_flight_window_of_a_backlog_in_SQLite()
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("wsmq.db")));
        await HoldsLittleAsync(node);
    }

    [Fact]
    public async Task A_node_holds_only_the_in_flight_window_of_a_backlog_in_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint));
        await HoldsLittleAsync(node);
    }

    private static async Task HoldsLittleAsync(TestNode node)
    {
        var body = WsmqJsonBody.Parse($"\"{new string('x', 4_000)}\"");
        foreach (var part in Enumerable.Range(0, 10_000).Chunk(1_000))
            await node.Publisher.SendManyAsync([.. part.Select(_ => new WsmqOutgoingMessage { To = "user:bob", Body = body })]);

        // A reader that has filled its in-flight window holds its maximum.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var silent = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await Eventually.That("the in-flight window is full", () => silent.Received.Count == 256);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        grown.Should().BeLessThan(Most, "the backlog is 40 MB, the in-flight window with the copy of the client about 2 MB");
    }
}
