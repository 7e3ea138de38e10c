using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

// What is ready leaves together; what somebody else wrote into the store forges nothing.
public abstract partial class NodeContract
{
    private const string Forged = "{\"type\":1,\"target\":\"Receive\",\"arguments\":[{\"id\":\"forged\"}]}";

    [Fact]
    public async Task What_is_ready_comes_in_one_message_as_calls_that_every_client_understands()
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 20);

        await using var bob = await RawClient.ConnectAsync(node, "bob");
        await Eventually.That("they come", () => bob.Calls.Count == 20);

        bob.Messages.Should().ContainSingle();
        bob.Calls.Should().OnlyContain(c => c.StartsWith("{\"type\":1,\"target\":\"Receive\",\"arguments\":[{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_asked_for_it_gets_several_in_one_call_and_a_single_one_as_ever()
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 20);

        await using var bob = await RawClient.ConnectAsync(node, "bob", "&batch=true");
        await Eventually.That("they come", () => bob.Calls.Count == 1);
        await PublishAsync(node, "user:bob", 20, 1);
        await Eventually.That("the next comes", () => bob.Calls.Count == 2);

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
    public async Task Only_true_asks_for_several_in_one_call(string query)
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 2);

        await using var bob = await RawClient.ConnectAsync(node, "bob", query);

        await Eventually.That("they come", () => bob.Calls.Count == 2);
    }

    [Fact]
    public async Task The_window_is_kept_exactly_where_several_leave_together()
    {
        var node = await StartAsync(o => (o.Window, o.ConnectionWindow, o.StallAfter) = (10, 15, TimeSpan.FromMilliseconds(100)));
        await node.Groups.AddAsync("ops", "bob");
        await PublishAsync(node, "user:bob", 0, 30);
        await PublishAsync(node, "group:ops", 100, 30);

        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await Eventually.That("both wait", () => bob.Stalled.Count == 2);
        bob.Received.Should().HaveCount(15, "the connection takes no more");
        var sources = bob.Received.GroupBy(d => d.Source).OrderByDescending(s => s.Count()).Select(s => s.ToArray()).ToArray();
        sources.Should().OnlyContain(s => s.Length <= 10, "an address takes no more");

        await bob.Connection.InvokeAsync("Ack", sources[0][0].Source, sources[0][^1].Position);
        await Eventually.That("the places are taken again", () => bob.Received.Count == 15 + sources[0].Length);
    }

    [Theory]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}", "1}]}\u001e" + Forged + "\u001e")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}", "1 2")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1,\"source\":\"user:eve\"}", "1")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}}]}\u001e" + Forged + "\u001e{}", "1")]
    [InlineData("", "")]
    public async Task What_somebody_else_wrote_into_the_store_is_a_gap_in_its_place(string metadata, string body)
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 2);
        var store = node.Services.GetRequiredService<IStore>();
        AppendRequest forged = new(WsmqAddress.User("bob"), "eve", "x", Encoding.UTF8.GetBytes(metadata), Encoding.UTF8.GetBytes(body));
        var lane = store.Log.LaneOf(forged.To);
        var position = (await node.Services.GetRequiredService<IStore>().Log.AppendAsync(lane, [forged], follows: false, default))[0].Position.ToString();
        await PublishAsync(node, "user:bob", 2, 2);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(0, 4));

        var gap = bob.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = "user:bob", Reason = WsmqGapReasons.Lost, Received = 2 });
        Missing(gap, position).Should().BeTrue();
        bob.Received.Should().OnlyContain(d => !Missing(gap, d.Position));
    }
}
