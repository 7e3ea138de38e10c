using System.Net;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>Two nodes behind a real nginx, configured as in operations.md.</summary>
public sealed class NginxTests(SharedRedis redis) : IClassFixture<SharedRedis>, IAsyncLifetime
{
    private readonly string _prefix = redis.NextPrefix();
    private readonly List<TestNode> _nodes = [];
    private NginxServer _nginx = null!;

    private Uri Hub => new(_nginx.Address, TestNode.HubPath);

    public async Task InitializeAsync()
    {
        for (var i = 0; i < 2; i++)
            _nodes.Add(await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix)));
        _nginx = await NginxServer.StartAsync(_nodes.Select(n => n.Address), DocumentedLocation());
    }

    public async Task DisposeAsync()
    {
        await _nginx.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Messages_pass_and_clients_of_a_stopped_node_reconnect_to_the_other_node()
    {
        await using var alice = await TypedClient.StartAsync(Hub, "alice");
        await using var bob = await TypedClient.StartAsync(Hub, "bob");

        for (var i = 0; i < 100; i++)
            await alice.SendAsync("user:bob", i);
        await _nodes[0].DisposeAsync();
        for (var i = 100; i < 200; i++)
            await alice.SendAsync("user:bob", i);

        await bob.HandlesAsync(Enumerable.Range(0, 200));
    }

    [Fact]
    public async Task Connections_from_pages_of_the_same_origin_are_accepted_and_from_others_refused()
    {
        (await StatusAsync(_nginx.Address.GetLeftPart(UriPartial.Authority))).Should().Be(HttpStatusCode.SwitchingProtocols);
        (await StatusAsync("https://evil.example")).Should().Be(HttpStatusCode.Forbidden);
    }

    private Task<HttpStatusCode> StatusAsync(string origin) => SocketStatus.OfAsync(Hub, origin, TestTokens.For("bob"), inQuery: true);

    private static string DocumentedLocation()
    {
        var lines = File.ReadAllLines(SourceTree.PathOf("docs", "operations.md")).SkipWhile(l => l != "```nginx").Skip(1);
        return string.Join('\n', lines.TakeWhile(l => l != "```"));
    }
}
