using System.Globalization;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>Connections that are cut, and connections that end with their token.</content>
public abstract partial class RealServerContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261123)]
    public async Task Messages_over_connections_that_are_cut_repeatedly_arrive_once_and_in_order(int seed)
    {
        const int Count = 2000;
        await StartNodesAsync();
        var random = new Random(seed);
        var senders = Keep(new TcpProxy(A.Hub, NextCut));
        var receivers = Keep(new TcpProxy(B.Hub, NextCut));
        var alice = await StartClientAsync(senders.Hub, "alice", configure: o => o.SendTimeout = TimeSpan.FromSeconds(110));
        var bob = await StartClientAsync(receivers.Hub, "bob");

        // A device without cuts: gets what is stored, and nothing else.
        var auditor = await StartClientAsync(A.Hub, "bob", configure: o => o.Device = "auditor");

        var receipts = await alice.SendAsync(Bob, Numbers(Count));
        await bob.HandlesAsync(Numbers(Count));

        var context = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {senders.Cuts} and {receivers.Cuts} cuts");
        senders.Cuts.Should().BeGreaterThan(3, context);
        receivers.Cuts.Should().BeGreaterThan(3, context);
        bob.Messages.Select(m => m.Position.ToString()).Should().BeInAscendingOrder(StringComparer.Ordinal, context);
        bob.Messages.Select(m => m.Id).Should().Equal(receipts.Select(r => r.Id), context);
        receipts.ShouldBeAt(bob.Messages.Select(m => m.Position.ToString()), context);
        bob.Gaps.Should().BeEmpty(context);
        await auditor.HandlesAsync(Numbers(Count));
        auditor.Gaps.Should().BeEmpty(context);

        // Two proxies call this.
        long NextCut()
        {
            lock (random)
                return random.Next(4_000, 60_000);
        }
    }

    [Fact]
    public async Task A_connection_ends_with_its_token_and_the_client_reconnects_with_a_new_token_without_a_loss()
    {
        await StartNodesAsync();
        var tokens = 0;
        var bob = await StartClientAsync(B.Hub, "bob", configure: o => o.AccessTokenProvider = _ => Task.FromResult<string?>(
            TestTokens.For("bob", lifetime: Interlocked.Increment(ref tokens) == 1 ? TimeSpan.FromSeconds(10) : null)));
        var alice = await StartClientAsync(A.Hub, "alice");

        var sent = 0;
        await Eventually.That("the client has reconnected with a new token", async () =>
        {
            await alice.SendAsync(Bob, sent++);
            return bob.States.Count(s => s == WsmqClientState.Connected) == 2;
        });
        await alice.SendAsync(Bob, sent++);

        await bob.HandlesAsync(Numbers(sent));
        bob.States.Should().Equal(
            WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Reconnecting, WsmqClientState.Connected);
        bob.Gaps.Should().BeEmpty();
    }
}
