using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

// The sample that sends web pushes.
public sealed partial class SampleTests
{
    [Fact]
    public async Task WebPush_pushes_what_no_device_has_acknowledged_once_to_the_browsers_of_its_user()
    {
        await StartAsync("samples/WebPush", "--Push:After", "00:00:02", "--Push:Services:0", "127.0.0.1");
        using var alice = await PushPage.SignInAsync(Root, "alice");
        var cookies = new CookieContainer();
        using var bob = await PushPage.SignInAsync(Root, "bob", cookies);
        using var carol = await PushPage.SignInAsync(Root, "carol");
        await using var service = await alice.StartServiceAsync();
        (await bob.SubscribeAsync(service.Subscribe("bob"))).Should().Be(HttpStatusCode.NoContent);
        (await carol.SubscribeAsync(service.Subscribe("carol"))).Should().Be(HttpStatusCode.NoContent);
        (await bob.SubscribeAsync(new { endpoint = "https://intranet.example/push" })).Should().Be(HttpStatusCode.BadRequest);

        // At once: what is stored later than the other one by a second is a push of its own.
        await Task.WhenAll(alice.SayAsync("bob", "hi"), alice.SayAsync("bob", "are you there?"));
        await Eventually.That("the push arrives", () => service.Pushes.Count == 1);
        var push = service.Pushes.Single();
        push.Subscription.Should().Be("bob");
        JsonSerializer.Deserialize<JsonElement>(push.Content).GetProperty("title").GetString().Should().Be("2 new messages");
        var newest = JsonSerializer.Deserialize<JsonElement>(push.Content).GetProperty("text").GetString();
        push.Topic.Should().HaveLength(32);

        // A client that reads them: no push for what it has acknowledged.
        var handled = new ConcurrentQueue<string>();
        var client = new TypedClient(Hub, "bob", null, o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Cookies = cookies));
        _clients.Add(client);
        client.Client.OnAny((message, _) =>
        {
            handled.Enqueue($"{message.Body}");
            return Task.CompletedTask;
        });
        await client.Client.StartAsync();
        await alice.SayAsync("bob", "read");
        await Eventually.That("it is read", () => handled.Count == 3);
        handled.ElementAt(1).Should().Contain(newest!);
        service.Refusal = (int)HttpStatusCode.Gone;
        await alice.SayAsync("carol", "unread");
        await Eventually.That("the next push arrives", () => service.Pushes.Count == 2);
        service.Pushes[1].Subscription.Should().Be("carol");
    }
}
