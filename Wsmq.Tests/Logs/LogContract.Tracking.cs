using System.Text.Json;
using Wsmq.Server.Stores;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Logs;

// Tracked messages over HTTP.
public abstract partial class LogContract
{
    [Fact]
    public async Task The_life_of_a_tracked_message_tells_when_it_was_delivered_and_acknowledged_and_not_acknowledged_if_it_never_came()
    {
        await using var node = await StartAsync();
        var store = node.Store;
        await store.MessageLog.OpenCursorAsync(WsmqAddress.User("bob"), "bob", "phone", default);
        using var alice = HttpCaller.Of(node.Node, "alice");
        var sent = new[] { await alice.SendAsync(new { to = "user:bob", track = true }), await alice.SendAsync(new { to = "user:bob", track = true, timeToLive = 1 }) };
        var positions = Array.ConvertAll(sent, s => WsmqPosition.Parse(s.TextOf("position")!));
        await store.Tracking.DeliveredAsync([new TrackedDelivery(WsmqAddress.User("bob"), positions[0], "phone", store.Now)], default);
        await Eventually.That("the second expires", () => store.Now > positions[1].Value + 1_000);
        await store.MessageLog.AckAsync([new AckRequest(WsmqAddress.User("bob"), "bob", "phone", positions[1])], default);

        var lives = new[] { await node.Admin.GetAsync($"{Bob}/entries/{positions[0]}/life"), await node.Admin.GetAsync($"{Bob}/entries/{positions[1]}/life") };
        var status = await alice.GetAsync($"/messages/status?to=user:bob&position={positions[1]}");

        Kinds(lives[0].Json).Should().BeEquivalentTo("stored ", "delivered phone", "acknowledged phone");
        lives[0].Json.GetProperty("events").EnumerateArray().Should().OnlyContain(e => e.GetProperty("at").ValueKind == JsonValueKind.Number);
        Kinds(lives[1].Json).Should().BeEquivalentTo("stored ", "expired ", "expired phone");
        status.TextOf("state").Should().Be("expired");
        (await alice.GetAsync("/messages/tracked?to=user:bob")).Json.GetArrayLength().Should().Be(2);
        (await alice.GetAsync($"/messages/readers?to=user:bob&position={positions[0]}")).Json[0].GetProperty("device").GetString().Should().Be("phone");
        (await alice.GetAsync($"/messages/status?to=user:bob&id=none")).Text.Should().Be("null");
    }
}
