namespace Wsmq.Tests.Client;

/// <summary>Waits for the status of a message with a scripted server.</summary>
public sealed class StatusWaitTests : ClientTest
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqReceipt Receipt = new("m1", Entry.At(1), false);

    private protected override void Configure(WsmqClientOptions options) => options.SendTimeout = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task It_goes_on_while_there_is_no_connection_for_longer_than_a_call_waits_for_one()
    {
        await Client.StartAsync();
        Script.Refuse = 503;
        await Script.AbortAllAsync();
        var waiting = Client.WaitForAsync(Bob, Receipt, WsmqDeliveryState.Acknowledged);
        var call = () => Client.GetStatusAsync(Bob, new WsmqPosition(1));
        await call.Should().ThrowAsync<WsmqException>();
        await call.Should().ThrowAsync<WsmqException>();
        waiting.IsCompleted.Should().BeFalse();

        Script.OnStatus = (to, position, _) => Status(to, position!, WsmqDeliveryState.Acknowledged);
        Script.Refuse = 0;

        (await waiting.WaitAsync(TimeSpan.FromSeconds(90))).State.Should().Be(WsmqDeliveryState.Acknowledged);
    }

    [Fact]
    public async Task It_ends_with_the_client()
    {
        Script.OnStatus = (to, position, _) => Status(to, position!, WsmqDeliveryState.Stored);
        await Client.StartAsync();
        var waiting = Client.WaitForAsync(Bob, Receipt, WsmqDeliveryState.Acknowledged);
        await Eventually.That("it has asked", () => !Script.StatusCalls.IsEmpty);

        await Client.StopAsync();

        // Far earlier than the next look.
        var wait = () => waiting.WaitAsync(TimeSpan.FromSeconds(20));
        (await wait.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ClientClosed);
    }

    [Fact]
    public async Task Without_a_status_it_waits_only_for_a_message_that_may_wait_for_its_time()
    {
        await Client.StartAsync();
        var due = new WsmqReceipt("m2", string.Empty, false) { DueAt = DateTimeOffset.UtcNow.AddMinutes(1) };
        var late = due with { DueAt = DateTimeOffset.UtcNow.AddMinutes(-10) };

        var waiting = Client.WaitForAsync(Bob, due, WsmqDeliveryState.Stored);
        foreach (var receipt in new[] { Receipt, late })
        {
            var wait = () => Client.WaitForAsync(Bob, receipt, WsmqDeliveryState.Stored);
            (await wait.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);
        }

        Script.OnStatus = (to, _, id) => id is null ? null : Status(to, Entry.At(7), WsmqDeliveryState.Stored) with { Id = id };
        await Server.Everyone.StatusChanged([Status("user:bob", Entry.At(7), WsmqDeliveryState.Stored) with { Id = "m2" }]);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(90))).Position.Should().Be(Entry.At(7));
    }

    private static WsmqMessageStatus Status(string to, string position, WsmqDeliveryState state) =>
        new() { To = to, Position = position, Id = "m1", State = state, StoredAt = DateTimeOffset.UnixEpoch };
}
