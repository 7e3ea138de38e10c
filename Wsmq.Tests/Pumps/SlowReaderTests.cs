using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Pumps;

/// <summary>
/// Messages for clients that do not read stay in the store, however many such clients one user has, and delay no other client.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SlowReaderTests(ITestOutputHelper output) : IDisposable
{
    private const int Groups = 60;
    private const int Messages = 4;
    private const int Body = 250_000;
    private const long Budget = 1024 * 1024;

    // In addition to the budget, each connection has one message in flight, as an entry and in SignalR's pipe. The test's own clients also
    // take memory.
    private const long MostBytes = Budget + (6L * 1024 * 1024);
    private const long MostBytesEach = 3L * Body;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(4)]
    public async Task Connections_of_one_user_that_never_read_hold_bounded_memory_and_block_no_other_connection(int connections)
    {
        await using var node = await StartAsync(connections);
        for (var group = 0; group < Groups; group++)
        {
            await node.Groups.AddToGroupAsync("mallory", $"g{group}");
            await node.Groups.AddToGroupAsync("bob", $"g{group}");
        }

        await SendAsync(node);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var hung = new List<RawClient>();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, connections).Select(async i =>
            {
                var client = await RawClient.ConnectAsync(node, "mallory", $"&device=d{i % 4}", reads: false);
                lock (hung)
                    hung.Add(client);
            }));
            await Eventually.That("every connection has an unfinished write", () => Waiting(node) >= connections);
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            output.WriteLine($"{grown / 1024} KiB for {connections} connections, {Held(node) / 1024} KiB of it in pages");
            grown.Should().BeLessThan(MostBytes + (connections * MostBytesEach));
            await using var reading = await PlainClient.ConnectAsync(node, "mallory", "reading");
            await using var bob = await PlainClient.ConnectAsync(node, "bob");
            await ReadsAllAsync(reading);
            await ReadsAllAsync(bob);
            Held(node).Should().BeLessThan(Budget + ((connections + 1) * MostBytesEach));
        }
        finally
        {
            foreach (var client in hung)
                await client.DisposeAsync();
        }

        await Eventually.That("all memory is released", () => Held(node) == 0);
    }

    private static async Task SendAsync(TestNode node)
    {
        var body = new string('x', Body);
        for (var number = 0; number < Messages; number++)
        {
            for (var group = 0; group < Groups; group++)
                await node.Publisher.SendAsync(WsmqAddress.Group($"g{group}"), $"{number}{body}");
        }
    }

    private static async Task ReadsAllAsync(PlainClient client)
    {
        await Eventually.That("every message arrives", () => client.Received.Count >= Groups * Messages);
        client.Gaps.Should().BeEmpty();
        foreach (var log in client.Received.GroupBy(d => d.Source))
            log.Select(d => d.Body.ToString()![1] - '0').Should().Equal(Enumerable.Range(0, Messages), log.Key);
    }

    // The number of connections with an unfinished write.
    private static int Waiting(TestNode node) => node.Services.GetRequiredService<ConnectionRegistry>().All
        .Count(c => c.HasUnfinishedWrite);

    private static long Held(TestNode node)
    {
        var limits = node.Services.GetRequiredService<ConnectionLimits>();
        var entered = limits.Enter("mallory", new ClaimsPrincipal());
        limits.Leave(entered);
        return entered.User.LogReads.Held;
    }

    private Task<TestNode> StartAsync(int connections) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o =>
        {
            o.Limits.UserUnwrittenBytes = Budget;
            o.Limits.ConnectionsPerUser = 2 * connections;
            o.Limits.UserConnectsPerMinute = 0;
            o.Limits.PendingConnectionsPerUser = 2 * connections;

            // No connection is closed for slow reading during the test.
            o.Delivery.SlowestLinkBitsPerSecond = 8_000;
        });
}
