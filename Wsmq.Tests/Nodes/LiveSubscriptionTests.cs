using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>
/// Clients that come and go while the connection of the live plane is broken: once it is back, Redis has no channel of those that
/// are gone, and each of those that are there.
/// </summary>
public sealed class LiveSubscriptionTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    // Longer than the breach takes on a busy machine, and short beside what is waited for: a command that gets lost for good in the
    // driver is repeated after that.
    private static readonly TimeSpan NotInTheBreach = TimeSpan.FromSeconds(15);

    public enum Breach
    {
        /// <summary>Closed, and closed again as often as it is opened.</summary>
        Refused,

        /// <summary>Nothing goes through; then it is closed.</summary>
        HeldThenCut,

        /// <summary>What is sent arrives, and no answer comes back; then it is closed.</summary>
        DeafThenCut,

        /// <summary>Nothing goes through for a while, and then all of it.</summary>
        Held,
    }

    [Theory]
    [InlineData(Breach.Refused, false)]
    [InlineData(Breach.Refused, true)]
    [InlineData(Breach.HeldThenCut, false)]
    [InlineData(Breach.HeldThenCut, true)]
    [InlineData(Breach.DeafThenCut, false)]
    [InlineData(Breach.DeafThenCut, true)]
    [InlineData(Breach.Held, false)]
    [InlineData(Breach.Held, true)]
    public async Task No_channel_of_a_client_that_left_is_kept(Breach breach, bool timesOut)
    {
        var prefix = redis.NextPrefix();
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var node = await StartAsync(prefix, line.Port, timesOut);
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        async Task<string[]> ChannelsAsync() => (string[])(await admin.GetDatabase().ExecuteAsync("PUBSUB", "CHANNELS", $"{prefix}:live:*"))!;
        await using var stays = await PlainClient.ConnectAsync(node, "stays", negotiate: true);
        await stays.SendAsync("user:stays", 1);
        string[] before = [];
        await Eventually.That("the one that stays is heard", async () => (before = await ChannelsAsync()).Any(c => c.EndsWith("user:stays", StringComparison.Ordinal)));

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
        var givenUp = await Record.ExceptionAsync(() => Eventually.That("all channels of those that left are given up, and no other", async () =>
            (now = await ChannelsAsync()).Order(StringComparer.Ordinal).SequenceEqual(before.Order(StringComparer.Ordinal))));
        givenUp.Should().BeNull(
            $"left are {string.Join(' ', now.Except(before))}, missing {string.Join(' ', before.Except(now))}, connections {await admin.GetDatabase().ExecuteAsync("CLIENT", "LIST")}");
        await Eventually.That("the one that stays hears pushes", async () =>
        {
            await Record.ExceptionAsync(() => node.Live.Clients.User("stays").Live(new()));
            return stays.Live.Count > 0;
        });
    }

    private Task<TestNode> StartAsync(string prefix, int port, bool timesOut) => TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o =>
    {
        (o.KeyPrefix, o.CommandTimeout) = (prefix, timesOut ? TimeSpan.FromSeconds(1) : NotInTheBreach);
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

    private static void Break(TcpProxy line, Breach breach)
    {
        if (breach == Breach.Refused)
        {
            line.Refuses = true;
            line.Cut();
        }
        else
        {
            line.Conditions.Hold(up: breach != Breach.DeafThenCut, down: true);
        }
    }

    private static void Mend(TcpProxy line, Breach breach)
    {
        if (breach is Breach.HeldThenCut or Breach.DeafThenCut)
            line.Cut();
        line.Refuses = false;
        line.Conditions.Clear();
    }
}
