using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

// The sample that sends web pushes.
public sealed partial class SampleTests
{
    [Fact]
    public async Task WebPush_pushes_what_no_device_has_acknowledged_once_to_the_browsers_of_its_user()
    {
        await StartAsync("samples/WebPush", "--Push:After", "00:00:02", "--Push:Services:0", "127.0.0.1");
        using var alice = await SignInAsync("alice");
        var cookies = new CookieContainer();
        using var bob = await SignInAsync("bob", cookies);
        using var carol = await SignInAsync("carol");
        await using var service = await PushService.StartAsync(await alice.GetStringAsync(new Uri("push-key", UriKind.Relative)));
        (await PutAsync(bob, service.Subscribe("bob"))).Should().Be(HttpStatusCode.NoContent);
        (await PutAsync(carol, service.Subscribe("carol"))).Should().Be(HttpStatusCode.NoContent);
        (await PutAsync(bob, new { endpoint = "https://intranet.example/push" })).Should().Be(HttpStatusCode.BadRequest);

        await SayAsync("bob", "hi");
        await SayAsync("bob", "are you there?");
        await Eventually.That("the push arrives", () => service.Pushes.Count == 1);
        var push = service.Pushes.Single();
        push.Subscription.Should().Be("bob");
        JsonSerializer.Deserialize<JsonElement>(push.Content).GetProperty("title").GetString().Should().Be("2 new messages");
        JsonSerializer.Deserialize<JsonElement>(push.Content).GetProperty("text").GetString().Should().Be("are you there?");
        push.Topic.Should().HaveLength(32);

        // A client that reads them: no push for what it has acknowledged.
        var handled = 0;
        var client = new TypedClient(Hub, "bob", null, o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Cookies = cookies));
        _clients.Add(client);
        client.Client.OnAny((_, _) => Task.FromResult(Interlocked.Increment(ref handled)));
        await client.Client.StartAsync();
        await SayAsync("bob", "read");
        await Eventually.That("it is read", () => Volatile.Read(ref handled) == 3);
        service.Refusal = (int)HttpStatusCode.Gone;
        await SayAsync("carol", "unread");
        await Eventually.That("the next push arrives", () => service.Pushes.Count == 2);
        service.Pushes[1].Subscription.Should().Be("carol");

        async Task SayAsync(string to, string text)
        {
            using var response = await alice.PostAsJsonAsync(new Uri($"messages/{to}", UriKind.Relative), new { text });
            response.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        static async Task<HttpStatusCode> PutAsync(HttpClient http, object subscription)
        {
            using var response = await http.PutAsJsonAsync(new Uri("subscription", UriKind.Relative), subscription);
            return response.StatusCode;
        }
    }

    private async Task<HttpClient> SignInAsync(string user, CookieContainer? cookies = null)
    {
        var http = new HttpClient(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer() }) { BaseAddress = _root };
        using var response = await http.PostAsync(new Uri($"sign-in/{user}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
        return http;
    }
}
