namespace Wsmq.Tests.Client;

/// <summary>A server that is stopping asks the client to connect anew.</summary>
public sealed class LeaveTests : ClientTest
{
    private static readonly WsmqClientState[] ThereAndBack =
        [WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Reconnecting, WsmqClientState.Connected];

    [Fact]
    public async Task It_connects_anew_without_an_error_and_with_all_acks_sent()
    {
        Record();
        Script.OnConnected = client => Script.Accepted == 1 ? Entry.Chats(1, 2, 3)(client) : Task.CompletedTask;
        string? acknowledged = null;
        await Client.StartAsync();
        await HandledAre("1", "2", "3");
        Script.OnConnected = _ =>
        {
            acknowledged = Script.LastAck(Entry.Alice);
            return Task.CompletedTask;
        };

        await Server.Everyone.Reconnect(1);

        await Eventually.That("it is back", () => Client.State == WsmqClientState.Connected && Script.Accepted == 2);
        acknowledged.Should().Be(Entry.At(3), "acks are sent before it leaves");
        await Eventually.That("the first connection is gone", () => Script.Connections == 1);
        Errors.Should().BeEmpty();
        States.Should().Equal(ThereAndBack);
    }

    [Fact]
    public async Task A_send_under_way_gets_its_receipt_before_it_leaves()
    {
        var answer = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await answer.Task;
            return Script.Store(message);
        };
        await Client.StartAsync();
        var first = Client.SendAsync(Chat("first"));
        await Eventually.That("it is under way", () => Script.Sends.Count == 1);
        await Server.Everyone.Reconnect(0);
        // Callbacks come one after another.
        await Server.Everyone.StoreState(false);
        await Eventually.That("it was asked to leave", () => !Client.StoreAvailable);
        Script.Accepted.Should().Be(1, "it waits for the receipt");

        answer.SetResult();
        (await first).Duplicate.Should().BeFalse();
        await Eventually.That("it is back", () => Script.Accepted == 2);
        (await Client.SendAsync(Chat("last"))).Duplicate.Should().BeFalse();

        Script.Sends.Select(s => s.Id).Should().OnlyHaveUniqueItems("nothing had to be repeated");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task It_stops_while_it_waits_to_leave()
    {
        await Client.StartAsync();
        await Server.Everyone.Reconnect(int.MaxValue);
        await Server.Everyone.Reconnect(-1);

        await Client.StopAsync();

        Client.State.Should().Be(WsmqClientState.Stopped);
        Script.Accepted.Should().Be(1);
    }
}
