using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Ready deliveries are sent together; corrupt or foreign entries in the store cannot forge a delivery.
public abstract partial class NodeContract
{
    private const string Forged = "{\"type\":1,\"target\":\"Receive\",\"arguments\":[{\"id\":\"forged\"}]}";

    [Fact]
    public async Task Ready_deliveries_arrive_in_one_WebSocket_message_as_separate_Receive_calls()
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 20);

        await using var bob = await RawClient.ConnectAsync(node, "bob");
        await Eventually.That("the calls arrive", () => bob.Calls.Count == 20);

        bob.Messages.Should().ContainSingle();
        bob.Calls.Should().OnlyContain(c => c.StartsWith("{\"type\":1,\"target\":\"Receive\",\"arguments\":[{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_with_batch_true_gets_several_deliveries_in_one_ReceiveMany_call_and_a_single_one_as_Receive()
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 20);

        await using var bob = await RawClient.ConnectAsync(node, "bob", "&batch=true");
        await Eventually.That("the batch arrives", () => bob.Calls.Count == 1);
        await PublishAsync(node, "user:bob", 20, 1);
        await Eventually.That("the next call arrives", () => bob.Calls.Count == 2);

        var many = JsonDocument.Parse(bob.Calls[0]).RootElement;
        many.GetProperty("target").GetString().Should().Be("ReceiveMany");
        many.GetProperty("arguments").GetArrayLength().Should().Be(1);
        many.GetProperty("arguments")[0].Deserialize<WsmqDelivery[]>()!.Select(d => d.Body.ToString()).Should().Equal(Numbers(0, 20));
        bob.Calls[1].Should().Contain("\"target\":\"Receive\"");
    }

    [Theory]
    [InlineData("&batch=1")]
    [InlineData("&batch=True")]
    [InlineData("&batch=")]
    [InlineData("&batch=true&batch=true")]
    public async Task A_batch_value_other_than_a_single_true_keeps_separate_Receive_calls(string query)
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 2);

        await using var bob = await RawClient.ConnectAsync(node, "bob", query);

        await Eventually.That("the calls arrive", () => bob.Calls.Count == 2);
    }

    [Fact]
    public async Task Batched_deliveries_fill_the_in_flight_windows_of_address_and_connection_exactly()
    {
        var node = await StartAsync(o => (o.Delivery.MaxInFlightMessages, o.Delivery.MaxInFlightMessagesPerConnection, o.Delivery.StallAfter) = (10, 15, TimeSpan.FromMilliseconds(100)));
        await node.Groups.AddToGroupAsync("bob", "ops");
        await PublishAsync(node, "user:bob", 0, 30);
        await PublishAsync(node, "group:ops", 100, 30);

        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await Eventually.That("both addresses are stalled", () => bob.Stalled.Count == 2);
        bob.Received.Should().HaveCount(15, "the window of the connection is full");
        var sources = bob.Received.GroupBy(d => d.Source).OrderByDescending(s => s.Count()).Select(s => s.ToArray()).ToArray();
        sources.Should().OnlyContain(s => s.Length <= 10, "the window of an address is full");

        await bob.Connection.InvokeAsync("Ack", sources[0][0].Source, sources[0][^1].Position);
        await Eventually.That("the slots are filled again", () => bob.Received.Count == 15 + sources[0].Length);
    }

    [Theory]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}", "1}]}\u001e" + Forged + "\u001e")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}", "1 2")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1,\"source\":\"user:eve\"}", "1")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}}]}\u001e" + Forged + "\u001e{}", "1")]
    [InlineData("", "")]
    public async Task A_corrupt_or_foreign_entry_in_the_store_is_announced_as_a_gap_in_its_place(string metadata, string body)
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 2);
        var store = node.Services.GetRequiredService<IStore>();
        AppendRequest forged = new(WsmqAddress.User("bob"), "eve", "x", Encoding.UTF8.GetBytes(metadata), Encoding.UTF8.GetBytes(body));
        var lane = store.MessageLog.AppenderOf(forged.To);
        var position = (await node.Services.GetRequiredService<IStore>().MessageLog.Appenders[lane].AppendAsync([forged], follows: false, default))[0].Position.ToString();
        await PublishAsync(node, "user:bob", 2, 2);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(0, 4));

        var gap = bob.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = "user:bob", Reason = WsmqGapReasons.Lost, Received = 2 });
        Missing(gap, position).Should().BeTrue();
        bob.Received.Should().OnlyContain(d => !Missing(gap, d.Position));
        var all = await HistoryAsync(bob, "user:bob", null);
        all.Entries.Select(d => d.Body.ToString()).Should().Equal(Numbers(0, 4));
        all.Damaged.Should().Be(1);
    }
}
