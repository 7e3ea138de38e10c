namespace Wsmq.Tests.Client;

/// <summary>A server that is stopping asks the client to reconnect.</summary>
public sealed class LeaveTests : ClientTest
{
    private static readonly WsmqClientState[] ThereAndBack =
        [WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Reconnecting, WsmqClientState.Connected];

    private protected override void Configure(WsmqClientOptions options) => options.StopTimeout = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_requested_reconnect_sends_all_acks_first_and_reports_no_error()
    {
        // A message counts as handled only after its handler has returned: while the fourth is being handled, three count.
        var fourth = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Client.On<Line>(async (message, ct) =>
        {
            if (message.Body.Text != "4")
                return;
            fourth.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        Script.OnConnected = client => Script.Accepted == 1 ? Entry.Chats(1, 2, 3, 4)(client) : Task.CompletedTask;
        string? acknowledged = null;
        await Client.StartAsync();
        await fourth.Task;
        Script.OnConnected = _ =>
        {
            acknowledged = Script.LastAck(Entry.Alice);
            return Task.CompletedTask;
        };

        await Server.Everyone.Reconnect(1);

        await Eventually.That("the client has reconnected", () => States.Count(s => s == WsmqClientState.Connected) == 2);
        Script.Accepted.Should().Be(2);
        acknowledged.Should().Be(Entry.At(3), "acks are sent before the reconnect");
        await Eventually.That("the first connection is closed", () => Script.Connections == 1);
        Errors.Should().BeEmpty();
        States.Should().Equal(ThereAndBack);
    }

    [Fact]
    public async Task A_requested_reconnect_waits_for_the_receipt_of_a_send_in_flight()
    {
        var answer = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await answer.Task;
            return Script.Store(message);
        };
        await Client.StartAsync();
        var first = Client.SendAsync(Chat("first"));
        await Eventually.That("the send is in flight", () => Script.Sends.Count == 1);
        await Server.Everyone.Reconnect(0);
        // Callbacks arrive in order: after the store state, the reconnect request has arrived as well.
        await Server.Everyone.StoreState(false);
        await Eventually.That("the reconnect request has arrived", () => !Client.StoreAvailable);
        Script.Accepted.Should().Be(1, "the client waits for the receipt");

        answer.SetResult();
        (await first).Duplicate.Should().BeFalse();
        await Eventually.That("the client has reconnected", () => Script.Accepted == 2);
        (await Client.SendAsync(Chat("last"))).Duplicate.Should().BeFalse();

        Script.Sends.Select(s => s.Id).Should().OnlyHaveUniqueItems("no send had to be retried");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_that_waits_for_a_requested_reconnect_can_be_stopped()
    {
        await Client.StartAsync();
        await Server.Everyone.Reconnect(int.MaxValue);
        await Server.Everyone.Reconnect(-1);

        await Client.StopAsync();

        Client.State.Should().Be(WsmqClientState.Stopped);
        Script.Accepted.Should().Be(1);
    }
}
