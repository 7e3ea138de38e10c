using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

// The sample Chat, by what it allows; its page is tested in Chromium (chat.browser.test.js).
public sealed partial class SampleTests
{
    [Fact]
    public async Task Chat_lets_members_write_and_read_all_of_a_room_and_nobody_else()
    {
        await StartAsync("samples/Chat");
        var (alice, alicesRooms) = await ChatterAsync("alice");
        var (bob, bobsRooms) = await ChatterAsync("bob");
        var made = await alicesRooms.PostAsJsonAsync(new Uri("rooms", UriKind.Relative), new { name = " Plans ", isAnnouncement = false });
        var room = WsmqAddress.Group((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        var news = WsmqAddress.Group("news");

        await alice.SendAsync(room, new Number(1));
        await RefusedAsync(() => bob.SendAsync(room, new Number(2)), WsmqErrors.SendNotAllowed);
        await RefusedAsync(() => bob.SendAsync(WsmqAddress.User("alice"), new Number(2)), WsmqErrors.SendNotAllowed);
        await RefusedAsync(() => bob.HistoryPageAsync(room), WsmqErrors.HistoryNotAllowed);
        (await bobsRooms.GetAsync(new Uri($"rooms/{room.Name}/members", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.NotFound);

        await JoinAsync(bobsRooms, room);
        await JoinAsync(bobsRooms, news);
        await bob.SendAsync(room, new Number(3));
        await RefusedAsync(() => bob.SendAsync(news, new Number(4)), WsmqErrors.SendNotAllowed);
        (await bob.HistoryPageAsync(room)).Entries.Select(e => e.Type).Should().Equal("joined", "Number", "joined", "Number");
        (await bobsRooms.GetFromJsonAsync<string[]>(new Uri($"rooms/{room.Name}/members", UriKind.Relative))).Should().Equal("alice", "bob");
        var known = await bobsRooms.GetFromJsonAsync<JsonElement[]>(new Uri("rooms", UriKind.Relative));
        known!.Select(r => $"{r.GetProperty("name")} {r.GetProperty("isMember")} {r.GetProperty("mayWrite")}")
            .Should().Equal("Lobby False True", "News True False", "Plans True True");

        using var left = await bobsRooms.DeleteAsync(new Uri($"rooms/{room.Name}/membership", UriKind.Relative));
        await RefusedAsync(() => bob.SendAsync(room, new Number(5)), WsmqErrors.SendNotAllowed);
        (await alicesRooms.PostAsync(new Uri("sign-in/mallory", UriKind.Relative), null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var nobody = new HttpClient { BaseAddress = Root };
        (await nobody.GetAsync(new Uri("rooms", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        static async Task RefusedAsync(Func<Task> call, WsmqError error) =>
            (await call.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);

        static async Task JoinAsync(HttpClient http, WsmqAddress room)
        {
            using var joined = await http.PutAsync(new Uri($"rooms/{room.Name}/membership", UriKind.Relative), null);
            joined.StatusCode.Should().Be(HttpStatusCode.NoContent);
        }
    }

    private async Task<(WsmqClient Client, HttpClient Http)> ChatterAsync(string user)
    {
        var cookies = new CookieContainer();
        var http = await RunningSample.SignInAsync(Root, user, cookies);
        var client = new TypedClient(Hub, user, null, o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Cookies = cookies));
        _clients.Add(client);
        client.Client.OnAny((_, _) => Task.CompletedTask);
        await client.Client.StartAsync();
        return (client.Client, http);
    }
}
