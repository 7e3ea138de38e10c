using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
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

    private RedisKey[] KeysOf(ConnectionMultiplexer connection) =>
        [.. connection.GetServers()[0].Keys(pattern: $"{_prefix}:*:responders:*")];

    private static IResponderStore Responders(TestNode node) => node.Services.GetRequiredService<IStore>().Nodes.Responders;

    private static Task<WsmqReply> AskAsync(Responder from) =>
        from.Connection.InvokeAsync<WsmqReply>("Request", new { to = "user:bob", type = "question" }, Long);

    private static async Task<WsmqError?> CodeAsync(Task<WsmqReply> asked) =>
        WsmqError.Find((await asked.Invoking(a => a).Should().ThrowAsync<HubException>()).Which.Message);

    private Task<TestNode> StartAsync(string? endPoint = null) =>
        TestNode.StartAsync(s => s.UseRedis(endPoint ?? redis.Server.EndPoint, o => o.KeyPrefix = _prefix));
}
