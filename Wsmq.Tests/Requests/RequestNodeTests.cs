using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Wsmq.Server.Requests;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Requests between nodes that go away, on Redis.</summary>
[Collection(SharedRedis.Name)]
public sealed class RequestNodeTests(SharedRedis redis)
{
    private const int Long = 120_000;
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task A_node_that_is_gone_is_forgotten_and_the_request_fails_at_once()
    {
        await using var a = await StartAsync();
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using (var gone = await StartAsync())
            await Responders(gone).SetAsync(WsmqAddress.User("bob"), null, CancellationToken.None);
        (await Responders(a).FindAsync(WsmqAddress.User("bob"), "question", CancellationToken.None)).Should().ContainSingle();

        (await CodeAsync(AskAsync(alice))).Should().Be(WsmqErrors.NoResponder);

        (await Responders(a).FindAsync(WsmqAddress.User("bob"), "question", CancellationToken.None)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_fails_when_the_node_of_its_responder_is_gone()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var a = await StartAsync();
        await using var b = await StartAsync($"127.0.0.1:{line.Port}");
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using var bob = await Responder.ConnectAsync(b, "bob");
        await bob.RespondAsync("user:bob");
        var asked = AskAsync(alice);
        await bob.GetsAsync();

        // As if the node was killed: nothing reaches it any more, and it says nothing.
        line.Refuses = true;
        line.Cut();

        (await CodeAsync(asked)).Should().Be(WsmqErrors.RequestFailed);
        line.Refuses = false;
    }

    [Fact]
    public async Task Entries_exist_only_while_somebody_answers_and_are_written_again_after_Redis_has_lost_them()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        await using var a = await StartAsync();
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using (var bob = await Responder.ConnectAsync(a, "bob"))
        {
            KeysOf(connection).Should().BeEmpty();
            await bob.RespondAsync("user:bob", ["one", "two"]);
            var key = KeysOf(connection).Should().ContainSingle().Subject;
            (await connection.GetDatabase().HashGetAllAsync(key)).Single().Value.ToString().Should().Be("\none\ntwo\n");
            await bob.RespondAsync("user:bob");
            (await connection.GetDatabase().HashGetAllAsync(key)).Single().Value.ToString().Should().Be("*");
        }

        await Eventually.That("nothing is left", () => KeysOf(connection).Length == 0);
    }

    [Fact]
    public async Task While_Redis_is_unavailable_requests_wait_for_a_busy_responder_of_the_node_and_those_to_a_queue_are_refused_as_such()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var a = await StartAsync($"127.0.0.1:{line.Port}");
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using var bob = await Responder.ConnectAsync(a, "bob");
        await bob.RespondAsync("user:bob", credit: 1);
        var first = AskAsync(alice);
        var request = await bob.GetsAsync();

        line.Refuses = true;
        line.Cut();
        var second = AskAsync(alice);
        (await CodeAsync(AskAsync(alice, "work:thumbs"))).Should().Be(WsmqErrors.StoreUnavailable);
        await bob.ReplyAsync(request.Id, 1);
        await bob.ReplyAsync((await bob.GetsAsync(2)).Id, 2);

        (await first).Body!.Value.ToString().Should().Be("1");
        (await second).Body!.Value.ToString().Should().Be("2");
        line.Refuses = false;
    }

    [Fact]
    public async Task Entries_are_written_once_more_a_little_after_an_outage()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        await using var bob = await Responder.ConnectAsync(a, "bob");
        await bob.RespondAsync("user:bob");
        var time = new FakeTimeProvider();
        var store = a.Services.GetRequiredService<IStore>();
        var entries = new ResponderEntries(a.Services.GetRequiredService<LocalResponders>(), store, time, NullLogger<ResponderEntries>.Instance);
        entries.Start();
        await RemoveAsync();
        entries.Restore();
        await Eventually.That("it is written again", IsThereAsync);

        // By another node, whose removal was on its way.
        await RemoveAsync();
        var passed = TimeSpan.Zero;
        await Eventually.That("it is written once more", async () =>
        {
            var step = passed < TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
            passed += step;
            time.Advance(step);
            return await IsThereAsync();
        });

        await entries.StopAsync();

        Task RemoveAsync() => Responders(b).RemoveAsync(WsmqAddress.User("bob"), store.Nodes.Self, CancellationToken.None);
        async Task<bool> IsThereAsync() => (await Responders(b).FindAsync(WsmqAddress.User("bob"), null, CancellationToken.None)).Count > 0;
    }

    private RedisKey[] KeysOf(ConnectionMultiplexer connection) =>
        [.. connection.GetServers()[0].Keys(pattern: $"{_prefix}:*:responders:*")];

    private static IResponderStore Responders(TestNode node) => node.Services.GetRequiredService<IStore>().Nodes.Responders;

    private static Task<WsmqReply> AskAsync(Responder from, string to = "user:bob") =>
        from.Connection.InvokeAsync<WsmqReply>("Request", new { to, type = "question" }, Long);

    private static async Task<WsmqError?> CodeAsync(Task<WsmqReply> asked) =>
        WsmqError.Find((await asked.Invoking(a => a).Should().ThrowAsync<HubException>()).Which.Message);

    private Task<TestNode> StartAsync(string? endPoint = null) =>
        TestNode.StartAsync(
            s => s.UseRedis(endPoint ?? redis.Server.EndPoint, o => o.KeyPrefix = _prefix).AddQueue("thumbs"),
            services: b => b.Services.AddSingleton<IWsmqAuthorizer, EverybodyWorks>());
}
