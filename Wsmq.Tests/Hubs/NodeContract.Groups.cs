using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Memberships, and the live plane.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_group_that_was_left_and_joined_again_delivers_no_message_sent_in_between()
    {
        var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await PublishAsync(node, "group:ops", 0, 2);
        await bob.ReceivesAsync(Numbers(0, 2));

        await node.Groups.RemoveFromGroupAsync("bob", "ops");
        await PublishAsync(node, "group:ops", 2, 2);
        await node.Groups.AddToGroupAsync("bob", "ops");
        await Eventually.That("the live connection reads the group again", () => CanAckAsync(bob, "group:ops"));
        await PublishAsync(node, "group:ops", 4, 2);

        await bob.ReceivesAsync("0", "1", "4", "5");
        bob.Gaps.Should().BeEmpty();
        (await node.Groups.ListMembersAsync("ops")).Should().Equal("bob");

        // Resuming from an old position does not deliver messages from the time without a membership either.
        await bob.Connection.InvokeAsync("Resume", "group:ops", WsmqPosition.Start.ToString());
        await bob.ReceivesAsync("0", "1", "4", "5", "4", "5");
        bob.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.NotMember);
        (await node.Groups.ListGroupsAsync("bob")).Should().Equal("ops");
    }

    [Fact]
    public async Task A_member_added_from_a_position_gets_what_follows_it_and_a_gap_for_what_the_log_has_no_more()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 4);
        var old = await PublishAsync(node, "group:ops", 0, 2);
        var sent = await PublishAsync(node, "group:ops", 2, 4);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var eve = await PlainClient.ConnectAsync(node, "eve");
        var beyond = () => node.Groups.AddToGroupAsync("bob", "ops", WsmqPosition.Parse(sent[^1].Position).Next());
        (await beyond.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PositionBeyondTail);

        await node.Groups.AddToGroupAsync("bob", "ops", WsmqPosition.Parse(sent[1].Position));
        await node.Groups.AddToGroupAsync("eve", "ops", WsmqPosition.Parse(old[0].Position));

        await bob.ReceivesAsync("4", "5");
        await eve.ReceivesAsync("2", "3", "4", "5");
        bob.Gaps.Should().BeEmpty();
        eve.Gaps.Should().ContainSingle().Which.Should().BeEquivalentTo(new { After = old[0].Position, Reason = WsmqGapReasons.Retention });
    }

    [Fact]
    public async Task Live_pushes_reach_users_and_the_groups_that_they_are_in()
    {
        var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");

        await bob.ReceivesLiveAsync(node.Live.Clients.User("bob"), node.Live.Clients.Group("ops"));
        await carol.ReceivesLiveAsync(node.Live.Clients.User("carol"));
        await node.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = "tick", Body = WsmqJsonBody.Parse("1") });
        await node.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Data = new byte[] { 1, 2 }, ContentType = "x/y" });
        await node.Live.Clients.All.Live(new WsmqLiveMessage { Type = "all" });

        await Eventually.That("all pushes arrive", () => bob.Live.Count == 3 && carol.Live.Count == 1);
        bob.Live.Single(m => m.Type == "tick").Body.ToString().Should().Be("1");
        bob.Live.Single(m => m.Type is null).Data!.Value.ToArray().Should().Equal(1, 2);
        carol.Live[0].Type.Should().Be("all");
    }

    private static async Task<bool> CanAckAsync(PlainClient client, string source)
    {
        try
        {
            await client.Connection.InvokeAsync("Ack", source, WsmqPosition.Start.ToString());
            return true;
        }
        catch (HubException e) when (WsmqError.Find(e.Message) == WsmqErrors.ReadNotAllowed)
        {
            return false;
        }
    }
}
