using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Live;

/// <summary>
/// Clients that connect and disconnect while the connection of the live plane is broken: once it is restored, Redis has no channel of
/// disconnected clients, and every channel of connected ones.
/// </summary>
public sealed class LiveSubscriptionTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    // Longer than the breach takes on a busy machine, and shorter than the waits of the test: a command that the driver loses is repeated
    // after this time.
    private static readonly TimeSpan NotInTheOutage = TimeSpan.FromSeconds(15);

    public enum Outage
    {
        /// <summary>The connection is closed, and new ones are refused.</summary>
        Refused,

        /// <summary>No data passes in either direction; then the connection is closed.</summary>
        HeldThenCut,

        /// <summary>Requests reach Redis, and no reply arrives; then the connection is closed.</summary>
        DeafThenCut,

        /// <summary>Data is held in both directions for a while, and then all of it passes.</summary>
        Held,
    }

    [Theory]
    [InlineData(Outage.Refused, false)]
    [InlineData(Outage.Refused, true)]
    [InlineData(Outage.HeldThenCut, false)]
    [InlineData(Outage.HeldThenCut, true)]
    [InlineData(Outage.DeafThenCut, false)]
    [InlineData(Outage.DeafThenCut, true)]
    [InlineData(Outage.Held, false)]
    [InlineData(Outage.Held, true)]
    public async Task After_an_outage_only_the_channels_of_disconnected_clients_are_unsubscribed(Outage breach, bool timesOut)
    {
        var prefix = redis.NextPrefix();
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var node = await StartAsync(prefix, line.Port, timesOut);
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        async Task<string[]> ChannelsAsync() => (string[])(await admin.GetDatabase().ExecuteAsync("PUBSUB", "CHANNELS", $"{prefix}:live:*"))!;
        await using var stays = await PlainClient.ConnectAsync(node, "stays", negotiate: true);
        await stays.SendAsync("user:stays", 1);
        string[] before = [];
        await Eventually.That("the channel of the client that stays is subscribed", async () =>
            (before = await ChannelsAsync()).Any(c => c.EndsWith("user:stays", StringComparison.Ordinal)));

        var early = await ConnectAsync(node, "early");
        Break(line, breach);
        var late = await ConnectAsync(node, "late");
        await EndAsync(early);
        await EndAsync(late[..15]);
        await EndAsync(await ConnectAsync(node, "again"));
        var again = await ConnectAsync(node, "again");
        if (timesOut)
            await Eventually.That("a push fails", async () => await Record.ExceptionAsync(() => node.Live.Clients.All.Live(new())) is not null);
        var leaving = EndAsync(again);
        Mend(line, breach);
        await leaving;
        await EndAsync(late[15..]);

        string[] now = [];
        var givenUp = await Record.ExceptionAsync(() => Eventually.That("only channels of clients that left are unsubscribed", async () =>
            (now = await ChannelsAsync()).Order(StringComparer.Ordinal).SequenceEqual(before.Order(StringComparer.Ordinal))));
        givenUp.Should().BeNull(
            $"left over: {string.Join(' ', now.Except(before))}, missing: {string.Join(' ', before.Except(now))}, "
            + $"connections: {await admin.GetDatabase().ExecuteAsync("CLIENT", "LIST")}");
        await Eventually.That("the client that stays receives pushes", async () =>
        {
            await Record.ExceptionAsync(() => node.Live.Clients.User("stays").Live(new()));
            return stays.Live.Count > 0;
        });
    }

    private Task<TestNode> StartAsync(string prefix, int port, bool timesOut) => TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o =>
    {
        (o.KeyPrefix, o.CommandTimeout) = (prefix, timesOut ? TimeSpan.FromSeconds(1) : NotInTheOutage);
        o.ConfigureConnection = c =>
        {
            if (c.ClientName != "wsmq-live")
                return;
            c.EndPoints.Clear();
            c.EndPoints.Add("127.0.0.1", port);
        };
    }));

    private static Task<PlainClient[]> ConnectAsync(TestNode node, string name) =>
        Task.WhenAll(Enumerable.Range(0, 30).Select(i => PlainClient.ConnectAsync(node, $"{name}{i}")));

    private static Task EndAsync(PlainClient[] clients) => Task.WhenAll(clients.Select(c => c.DisposeAsync().AsTask()));

    private static void Break(TcpProxy line, Outage breach)
    {
        if (breach == Outage.Refused)
        {
            line.Refuses = true;
            line.Cut();
        }
        else
        {
            line.Conditions.Hold(up: breach != Outage.DeafThenCut, down: true);
        }
    }

    private static void Mend(TcpProxy line, Outage breach)
    {
        if (breach is Outage.HeldThenCut or Outage.DeafThenCut)
            line.Cut();
        line.Refuses = false;
        line.Conditions.Clear();
    }
}
