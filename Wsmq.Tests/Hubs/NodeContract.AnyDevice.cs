using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Messages for any device: what one device has acknowledged is not delivered to others.
public abstract partial class NodeContract
{
    [Fact]
    public async Task What_one_device_has_acknowledged_is_not_delivered_to_one_that_comes_later()
    {
        var node = await StartAsync();
        await using (var phone = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false))
        {
            await SendAsync(node, "0any", "1", "2any", "3any", "4");
            await phone.ReceivesAsync("0", "1", "2", "3", "4");
            phone.Received[0].AnyDevice.Should().BeTrue();
            phone.Received[1].AnyDevice.Should().BeFalse();
            await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[2].Position);
        }

        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop");

        await laptop.ReceivesAsync("1", "3", "4");
        laptop.Received[1].Previous.Should().Be(laptop.Received[0].Position);
        laptop.Gaps.Should().BeEmpty();
        await CursorOfIsAsync(node, "laptop", laptop.Received[^1].Position);
    }

    [Fact]
    public async Task A_device_that_has_it_is_told_once_another_has_acknowledged_it()
    {
        var node = await StartAsync();
        await using var phone = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false, query: Told);
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", ack: false, query: Told);
        await using var silent = await PlainClient.ConnectAsync(node, "bob", "tv", ack: false);
        await SendAsync(node, "0", "1any", "2any");
        foreach (var client in new[] { phone, laptop, silent })
            await client.ReceivesAsync("0", "1", "2");

        await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[1].Position);
        await Eventually.That("the other device is told", () => laptop.Cleared.Count == 1);
        await laptop.Connection.InvokeAsync("Ack", "user:bob", laptop.Received[2].Position);
        await Eventually.That("the first device is told of the other message", () => phone.Cleared.Count == 1);

        laptop.Cleared.Should().Equal(("user:bob", phone.Received[1].Position));
        phone.Cleared.Should().Equal(("user:bob", phone.Received[2].Position));
        silent.Cleared.Should().BeEmpty();
        foreach (var client in new[] { phone, laptop, silent })
            client.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_dead_letter_of_one_device_and_what_its_filter_leaves_out_is_delivered_to_others()
    {
        // Without the other device, what all known ones have acknowledged would be removed.
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 1);
        await using (await PlainClient.ConnectAsync(node, "bob", "laptop", ack: false))
            await KnowsAsync(node, "laptop");
        await using var phone = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false);
        await SendAsync(node, "0any");
        await phone.ReceivesAsync("0");
        (await NackAsync(phone, phone.Received[0])).Should().Be(1);
        await HasDeadLetteredAsync(phone, 1);
        await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[0].Position);
        await FilterAsync(phone, "user:bob", new { types = new[] { "other" } });
        await SendAsync(node, "1any", "2");
        await node.Publisher.SendAsync(Message("user:bob", 3) with { Type = "other" });
        await phone.ReceivesAsync("0", "3");
        await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[1].Position);

        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop");

        await laptop.ReceivesAsync("0", "1", "2", "3");
    }

    [Fact]
    public async Task A_device_without_room_in_its_window_skips_what_was_acknowledged_meanwhile()
    {
        var node = await StartAsync(o => o.Delivery.MaxInFlightMessages = 1);
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", ack: false);
        await using var phone = await PlainClient.ConnectAsync(node, "bob", "phone");
        await SendAsync(node, "0", "1any", "2any", "3");
        await phone.ReceivesAsync("0", "1", "2", "3");
        await laptop.ReceivesAsync("0");
        await CursorOfIsAsync(node, "phone", phone.Received[^1].Position);

        await laptop.Connection.InvokeAsync("Ack", "user:bob", laptop.Received[0].Position);

        await laptop.ReceivesAsync("0", "3");
        laptop.Received[1].Previous.Should().Be(laptop.Received[0].Position);
    }

    [Fact]
    public async Task A_message_for_any_device_can_expire_and_wait_and_a_single_device_gets_all()
    {
        var node = await StartAsync();
        await node.Publisher.SendAsync(Message("user:bob", 1) with { AnyDevice = true, TimeToLive = TimeSpan.FromHours(1) });
        var waiting = await node.Publisher.SendAsync(Message("user:bob", 0) with { AnyDevice = true, Delay = TimeSpan.FromMilliseconds(50) });
        waiting.DueAt.Should().NotBeNull();
        for (var i = 0; i < 2; i++)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
            await bob.ReceivesAsync("1", "0");
            bob.Received.Should().OnlyContain(d => d.AnyDevice);
        }
    }

    [Fact]
    public async Task A_message_for_any_device_is_refused_for_groups_and_as_state()
    {
        var node = await StartAsync();
        foreach (var message in new[] { Message("group:ops", 0), State("user:bob", "a", 0) })
        {
            var send = () => node.Publisher.SendAsync(message with { AnyDevice = true });
            (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);
        }
    }

    private static Task SendAsync(TestNode node, params string[] messages) => node.Publisher.SendManyAsync(
        [.. messages.Select(m => Message("user:bob", m[0] - '0') with { AnyDevice = m.EndsWith("any", StringComparison.Ordinal) })]);

    private static Task KnowsAsync(TestNode node, string device) => Eventually.That("the device is known", async () =>
        (await node.Services.GetRequiredService<IStore>().MessageLog.DevicesAsync("bob", default)).Any(d => d.Name == device));

    private static Task CursorOfIsAsync(TestNode node, string device, string position) => Eventually.That("the ack is stored", async () =>
        (await node.Services.GetRequiredService<IStore>().MessageLog.OpenCursorAsync(WsmqAddress.User("bob"), "bob", device, default))
        .Position.ToString() == position);
}
