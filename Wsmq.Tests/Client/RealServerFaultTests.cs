namespace Wsmq.Tests.Client;

/// <summary>The typed client on two nodes while a node, Redis, or the connections to them fail.</summary>
public sealed class RealServerFaultTests : IAsyncLifetime
{
    private const string Bob = "user:bob";
    private readonly List<IAsyncDisposable> _running = [];
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = Keep(await RedisServer.StartAsync(appendOnly: true, "--appendfsync", "always"));

    public async Task DisposeAsync()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
            await _running[i].DisposeAsync();
    }

    private T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _running.Add(disposable);
        return disposable;
    }

    private async Task<TestNode> StartNodeAsync(Action<WsmqOptions>? options = null) =>
        Keep(await TestNode.StartAsync(s => s.UseRedis(_redis.EndPoint), options));

    private async Task<TypedClient> StartClientAsync(Uri hub, string user, string device = "default") =>
        Keep(await TypedClient.StartAsync(hub, user, configure: o => (o.SendTimeout, o.Device) = (TimeSpan.FromSeconds(110), device)));

    private static IEnumerable<int> Numbers(int first, int count) => Enumerable.Range(first, count);

    [Fact]
    public async Task Clients_of_a_stopping_node_continue_at_another_with_each_message_once_and_in_order()
    {
        var first = await StartNodeAsync();
        var second = await StartNodeAsync();
        var line = Keep(new TcpProxy(first.Hub));
        var bob = await StartClientAsync(line.Hub, "bob");
        var alice = await StartClientAsync(line.Hub, "alice");
        var carol = await StartClientAsync(second.Hub, "carol");
        await alice.SendAsync(Bob, Numbers(0, 100));

        line.PointTo(second.Hub);
        var meanwhile = alice.SendAsync(Bob, Numbers(100, 400));
        await first.DisposeAsync();
        await meanwhile;
        await carol.SendAsync(Bob, Numbers(500, 100));

        await bob.HandlesAsync(Numbers(0, 600));
        bob.Gaps.Should().BeEmpty();
        await Eventually.That("the client is connected", () => bob.States is [.., WsmqClientState.Connected]);
        bob.States.Should().Contain(WsmqClientState.Reconnecting);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_of_Redis_loses_no_message_that_has_a_receipt_and_keeps_the_order(bool kill)
    {
        var first = await StartNodeAsync();
        var second = await StartNodeAsync();
        var bob = await StartClientAsync(second.Hub, "bob");
        var auditor = await StartClientAsync(first.Hub, "bob", "auditor");
        var alice = await StartClientAsync(first.Hub, "alice");
        await alice.SendAsync(Bob, Numbers(0, 200));

        var meanwhile = alice.SendAsync(Bob, Numbers(200, 800));
        await Eventually.That("messages flow", () => bob.HandledCount > 250);
        await _redis.RestartAsync(kill);
        var receipts = await meanwhile;
        await alice.SendAsync(Bob, Numbers(1000, 100));

        // A repeat is recognized by its number, which does not say where the message is.
        receipts.Select(r => r.Position).Where(p => p.Length > 0).Should().BeInAscendingOrder(StringComparer.Ordinal).And.HaveCountGreaterThan(400);
        await bob.HandlesAsync(Numbers(0, 1100));
        bob.Gaps.Should().BeEmpty();
        await auditor.HandlesAsync(Numbers(0, 1100));
        auditor.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Messages_sent_while_a_node_has_lost_its_subscriptions_arrive_when_they_are_restored()
    {
        // So rare that only the check after a restored subscription can find entries whose signals were lost.
        void Seldom(WsmqOptions o) => o.Delivery.TailCheckInterval = TimeSpan.FromHours(1);
        var first = await StartNodeAsync(Seldom);
        var second = await StartNodeAsync(Seldom);
        var bob = await StartClientAsync(first.Hub, "bob");
        var alice = await StartClientAsync(second.Hub, "alice");

        for (var round = 0; round < 10; round++)
        {
            (await _redis.CommandAsync("CLIENT KILL TYPE pubsub")).Should().MatchRegex("^:[1-9]", "both nodes subscribe");
            await alice.SendAsync(Bob, Numbers(round * 20, 20));
            await bob.HandlesAsync(Numbers(0, (round + 1) * 20));
        }

        bob.Gaps.Should().BeEmpty();
        bob.States.Should().Equal(WsmqClientState.Connecting, WsmqClientState.Connected);
    }
}
