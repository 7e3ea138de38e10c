using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Delivering;
using Wsmq.Server.Hubs;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Nodes;

/// <summary>What waits for clients that do not read stays in the store, however many of them one user has, and stops nobody else.</summary>
[Collection(AloneCollection.Name)]
public sealed class SlowReaderTests(ITestOutputHelper output) : IDisposable
{
    private const int Groups = 60;
    private const int Messages = 4;
    private const int Body = 250_000;
    private const long Budget = 1024 * 1024;

    // Beside the budget each connection has one message on its way, as an entry and in SignalR's pipe; and the test its own clients.
    private const long MostBytes = Budget + (6L * 1024 * 1024);
    private const long MostBytesEach = 3L * Body;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(4)]
    public async Task Connections_of_one_user_that_never_read_hold_a_bounded_part_of_their_logs_and_stop_none_of_the_others(int connections)
    {
        await using var node = await StartAsync(connections);
        for (var group = 0; group < Groups; group++)
        {
            await node.Groups.AddAsync($"g{group}", "mallory");
            await node.Groups.AddAsync($"g{group}", "bob");
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
            await Eventually.That("each of them waits for its line", () => Waiting(node) >= connections);
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            output.WriteLine($"{grown / 1024} KiB for {connections} connections, of it {Held(node) / 1024} KiB in pages");
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

        await Eventually.That("all is given back", () => Held(node) == 0);
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
        await Eventually.That("everything comes", () => client.Received.Count >= Groups * Messages);
        client.Gaps.Should().BeEmpty();
        foreach (var log in client.Received.GroupBy(d => d.Source))
            log.Select(d => d.Body.ToString()![1] - '0').Should().Equal(Enumerable.Range(0, Messages), log.Key);
    }

    // One whose write does not end.
    private static int Waiting(TestNode node) => node.Services.GetRequiredService<ConnectionRegistry>().All
        .Count(c => SocketWrites.Of(c.GetHttpContext())?.AreUnfinished == true);

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

            // Nobody is cut off in the middle of the test.
            o.SlowestLineBitsPerSecond = 8_000;
        });
}
