using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>Two nodes on Redis whose app uses another protocol for its own hubs: what one node sends through the other arrives.</summary>
[Collection(SharedRedis.Name)]
public sealed class OtherProtocolsTests(SharedRedis redis)
{
    private const string Body = """{"value":7,"someText":"hi","Nested":{"list":[1,2.5,null,true],"zero":0}}""";

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Live_and_durable_messages_arrive_with_their_bodies_unchanged(bool before, bool messagePack)
    {
        var prefix = redis.NextPrefix();
        Task<TestNode> StartAsync() => TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix),
            before: b => Add(b, before),
            services: b => Add(b, !before));
        void Add(WebApplicationBuilder builder, bool now)
        {
            if (now)
                _ = messagePack ? builder.Services.AddSignalR().AddMessagePackProtocol() : builder.Services.AddSignalR().AddNewtonsoftJsonProtocol();
        }

        await using var here = await StartAsync();
        await using var there = await StartAsync();
        await here.Groups.AddToGroupAsync("bob", "ops");
        var pushed = new ConcurrentQueue<string>();
        await using var typed = new TypedClient(there.Hub, "bob", _ => Task.CompletedTask, o => o.Device = "typed");
        typed.Client.OnAnyLive((message, _) =>
        {
            pushed.Enqueue($"{message.Type} {message.Headers?["h"]} {message.Body}");
            return Task.CompletedTask;
        });
        await typed.Client.StartAsync();
        await using var raw = await RawClient.ConnectAsync(there, "bob");
        await using var alice = await TypedClient.StartAsync(here.Hub, "alice");

        await here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Id = "published", Type = nameof(Number), Body = WsmqJsonBody.Parse(Body) });
        await here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Id = "grouped", Type = nameof(Number), Body = WsmqJsonBody.Parse(Body) });
        await alice.SendAsync("user:bob", 8);
        await Eventually.That("the messages arrive, so that the groups are open as well", () => typed.HandledCount == 3 && raw.Calls.Count >= 3);
        foreach (var (name, to) in new (string, Func<IHubClients<IWsmqReceiver>, IWsmqReceiver>)[]
            { ("user", c => c.User("bob")), ("group", c => c.Group("ops")), ("all", c => c.All) })
        {
            // Live groups are joined after the logs are read; a live message sent to a group before that is lost, as documented.
            await Eventually.That($"the live message to {name} arrives", async () =>
            {
                await to(here.Live.Clients).Live(new WsmqLiveMessage { Type = name, Body = WsmqJsonBody.Parse(Body), Headers = new Dictionary<string, string> { ["h"] = "v" } });
                return Pushed(raw, name).Any() && pushed.Any(p => p.StartsWith(name, StringComparison.Ordinal));
            });
            Pushed(raw, name).Distinct().Should().Equal($$$"""{"type":1,"target":"Live","arguments":[{"type":"{{{name}}}","body":{{{Body}}},"headers":{"h":"v"}}]}""");
            pushed.Where(p => p.StartsWith(name, StringComparison.Ordinal)).Distinct().Should().Equal($"{name} v {Body}");
        }

        typed.Handled.Order().Should().Equal(7, 7, 8);
        raw.Calls.Where(c => c.Contains("\"Receive\"", StringComparison.Ordinal)).Select(c => JsonDocument.Parse(c).RootElement.GetProperty("arguments")[0].GetProperty("body").GetRawText())
            .Should().BeEquivalentTo(Body, Body, """{"value":8}""");
        typed.Errors.Should().BeEmpty();
    }

    private static IEnumerable<string> Pushed(RawClient client, string type) => client.Calls.Where(c => c.Contains($"[{{\"type\":\"{type}\"", StringComparison.Ordinal));
}
