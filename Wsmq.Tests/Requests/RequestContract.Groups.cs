using Microsoft.AspNetCore.SignalR.Client;

namespace Wsmq.Tests.Requests;

// To groups.
public abstract partial class RequestContract
{
    [Fact]
    public async Task A_request_to_a_group_is_answered_by_one_of_its_members()
    {
        await StartAsync();
        foreach (var user in new[] { "alice", "bob", "carol" })
            await A.Groups.AddToGroupAsync(user, "ops");
        var (alice, bob, carol) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"), await ConnectAsync(A, "carol"));
        await bob.RespondAsync("group:ops", ["question"]);
        await carol.RespondAsync("group:ops", ["another"]);

        var asked = AskAsync(alice, "group:ops");
        var request = await bob.GetsAsync();
        await bob.ReplyAsync(request.Id, 1);

        request.To.Should().Be("group:ops");
        (await asked).Responder.Should().Be("bob");
        carol.Requests.Should().BeEmpty();
        await NothingIsStoredAsync("group:ops");
    }

    [Fact]
    public async Task Who_is_not_a_member_neither_asks_nor_answers_and_one_who_leaves_answers_no_more()
    {
        await StartAsync();
        await A.Groups.AddToGroupAsync("alice", "ops");
        await A.Groups.AddToGroupAsync("bob", "ops");
        var (alice, bob, mallory) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"), await ConnectAsync(B, "mallory"));
        await RefusedAsync(mallory, WsmqErrors.ReadNotAllowed, "Respond", "group:ops", null, 1);
        await FailsAsync(AskAsync(mallory, "group:ops"), WsmqErrors.SendNotAllowed);
        await bob.RespondAsync("group:ops");
        var asked = AskAsync(alice, "group:ops");
        await bob.ReplyAsync((await bob.GetsAsync()).Id, 1);
        await asked;

        await A.Groups.RemoveFromGroupAsync("bob", "ops");

        await Eventually.That("bob answers no more", async () =>
        {
            var again = AskAsync(alice, "group:ops");
            if (bob.Requests.Count > 1)
                await bob.ReplyAsync(bob.Requests[^1].Id, 1);
            try
            {
                await again.WaitAsync(TimeSpan.FromSeconds(1));
                return false;
            }
            catch (TimeoutException)
            {
                return false;
            }
            catch (Microsoft.AspNetCore.SignalR.HubException e)
            {
                return WsmqError.Find(e.Message) == WsmqErrors.NoResponder;
            }
        });
    }

    [Fact]
    public async Task Who_has_just_joined_a_group_answers_watches_and_resumes_at_once()
    {
        await StartAsync(o => o.Presence.IsEnabled = true);
        var bob = await ConnectAsync(B, "bob");
        for (var i = 0; i < 5; i++)
        {
            await A.Groups.AddToGroupAsync("bob", $"answers{i}");
            (await bob.RespondAsync($"group:answers{i}")).Should().Be(8);
            await A.Groups.AddToGroupAsync("bob", $"watches{i}");
            (await bob.Connection.InvokeAsync<WsmqPresenceState>("WatchPresence", $"group:watches{i}")).Version.Should().BePositive();
            await A.Groups.AddToGroupAsync("bob", $"resumes{i}");
            await bob.Connection.InvokeAsync("Resume", $"group:resumes{i}", WsmqPosition.Start.ToString());
        }

        await RefusedAsync(bob, WsmqErrors.ReadNotAllowed, "Resume", "group:others", WsmqPosition.Start.ToString());
        await A.Groups.AddToGroupAsync("bob", "closed");
        await RefusedAsync(bob, WsmqErrors.ReadNotAllowed, "Resume", "group:closed", WsmqPosition.Start.ToString());
        await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "WatchPresence", "group:others");
    }

    [Fact]
    public async Task Who_leaves_a_group_and_joins_it_again_answers_again_without_a_further_offer()
    {
        await StartAsync();
        await A.Groups.AddToGroupAsync("alice", "ops");
        await A.Groups.AddToGroupAsync("bob", "ops");
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("group:ops", ["question"], 1);

        await A.Groups.RemoveFromGroupAsync("bob", "ops");
        await Eventually.That("bob answers no more", () => EndsAsync(WsmqErrors.NoResponder));
        await A.Groups.AddToGroupAsync("bob", "ops");

        await Eventually.That("bob answers again", () => EndsAsync(null));
        (await CodeOfAsync(AskAsync(alice, "group:ops", "another"))).Should().Be(WsmqErrors.NoResponder);

        async Task<bool> EndsAsync(WsmqError? expected)
        {
            var (before, asked) = (bob.Requests.Count, AskAsync(alice, "group:ops"));
            await Task.WhenAny(asked, bob.GetsAsync(before + 1));
            if (bob.Requests.Count > before)
                await bob.ReplyAsync(bob.Requests[^1].Id, 1);
            return await CodeOfAsync(asked) == expected;
        }
    }

    private static async Task<WsmqError?> CodeOfAsync(Task<WsmqReply> asked)
    {
        try
        {
            await asked;
            return null;
        }
        catch (Microsoft.AspNetCore.SignalR.HubException e)
        {
            return WsmqError.Find(e.Message);
        }
    }
}
