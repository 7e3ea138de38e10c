using System.Collections.Concurrent;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Tests.Stores;

/// <summary>Which nodes receive which signals, and how lost interest is registered again.</summary>
public sealed class RedisInterestTests : IAsyncLifetime
{
    private const string Stranger = "deadbeef";
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly RedisKeys Keys = new("t", 64);

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _admin = await AdminConnection.OpenAsync(_redis.EndPoint);
        _node = await StartNodeAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
        await _redis.DisposeAsync();
    }

    // The probe of the subscriptions publishes too, and a test counts what is published.
    private Task<RedisHarness> StartNodeAsync() => RedisHarness.StartAsync(
        _redis.EndPoint, "t", new WsmqOptions(), o => o.ProbeInterval = TimeSpan.FromMinutes(1));

    private IDatabase Database => _admin.GetDatabase();

    private ActiveStates States => new(Database, Keys);

    private Task<string> NodesAsync(WsmqAddress address) => States.NodesAsync(address);

    private static async Task<ConcurrentQueue<Signal>> ListenAsync(RedisHarness node, WsmqAddress address)
    {
        var heard = new ConcurrentQueue<Signal>();
        await node.Store.Signals.SubscribeAsync(address, heard.Enqueue, default);
        return heard;
    }

    private Task AddStrangerAsync(WsmqAddress address) => States.SetNodesAsync(address, Stranger);

    [Fact]
    public async Task Each_node_receives_only_signals_of_addresses_that_it_has_readers_for()
    {
        await using var other = await StartNodeAsync();
        var (bob, cat, both) = (Bob, WsmqAddress.User("cat"), WsmqAddress.Group("both"));
        ConcurrentQueue<Signal>[] here = [await ListenAsync(_node, bob), await ListenAsync(_node, both)];
        ConcurrentQueue<Signal>[] there = [await ListenAsync(other, cat), await ListenAsync(other, both)];
        var results = await _node.AppendAsync(_node.New(bob), _node.New(cat), _node.New(both));
        await Eventually.That("all are signalled", () => here.Concat(there).All(q => q.Count == 1));
        here.Concat(there).Select(q => q.Single().Position).Should().Equal(new[] { 0, 2, 1, 2 }.Select(i => results[i].Position));
        (await NodesAsync(both)).Should().HaveLength(16);
        (await NodesAsync(bob)).Should().HaveLength(8);
    }

    [Fact]
    public async Task Nothing_is_published_where_no_node_has_readers()
    {
        // The check at startup publishes, to test the permission.
        var atStart = await CallsOfAsync("publish");
        await _node.AddManyAsync(Bob, 3);
        (await CallsOfAsync("publish")).Should().Be(atStart);
        var heard = await ListenAsync(_node, Bob);
        await _node.AddManyAsync(Bob, 50);
        await Eventually.That("all are signalled", () => heard.Count == 50);
        (await CallsOfAsync("publish")).Should().Be(atStart + 1, "a batch is one message to a node");
        (await CallsOfAsync("evalsha")).Should().BePositive("scripts are sent once");
    }

    [Fact]
    public async Task A_crashed_node_is_removed_by_the_publisher_that_finds_no_subscriber()
    {
        var heard = await ListenAsync(_node, Bob);
        var here = await NodesAsync(Bob);
        await States.SetNodesAsync(Bob, Stranger + here);
        await AddStrangerAsync(WsmqAddress.User("cat"));
        await _node.AppendAsync(_node.New(Bob), _node.New(WsmqAddress.User("cat")));
        (await NodesAsync(Bob)).Should().Be(here);
        (await NodesAsync(WsmqAddress.User("cat"))).Should().BeEmpty();
        await Eventually.That("the running node is signalled", () => heard.Count == 1);
    }

    [Fact]
    public async Task A_crashed_node_is_removed_for_all_addresses_of_a_batch_that_needs_several_messages()
    {
        var addresses = Enumerable.Range(0, 40).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        foreach (var address in addresses)
            await AddStrangerAsync(address);
        var publishes = await CallsOfAsync("publish");
        await _node.AppendAsync([.. addresses.Select(a => _node.New(a, new string('x', 500)))]);
        (await CallsOfAsync("publish") - publishes).Should().BeGreaterThan(1, "the batch does not fit into one message");
        foreach (var address in addresses)
            (await NodesAsync(address)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_node_that_is_only_disconnected_is_not_removed()
    {
        await AddStrangerAsync(Bob);
        await Database.StringSetAsync("t:{0}:node:" + Stranger, "1", TimeSpan.FromMinutes(1));
        await _node.AddAsync(Bob);
        (await NodesAsync(Bob)).Should().Be(Stranger);
    }

    [Fact]
    public async Task Lost_interest_is_registered_again_by_the_next_query_of_the_states()
    {
        var heard = await ListenAsync(_node, Bob);
        await States.LoseAsync(Bob);
        var lost = await _node.AddAsync(Bob);
        (await _node.StateAsync(Bob)).Tail.Should().Be(lost);
        var next = await _node.AddAsync(Bob);
        await Eventually.That("the node is signalled again", () => heard.Any(s => s.Position == next));
        heard.Should().ContainSingle();
    }

    [Fact]
    public async Task Querying_states_registers_no_interest()
    {
        await _node.AddAsync(Bob);
        await _node.StateAsync(Bob);
        (await NodesAsync(Bob)).Should().BeEmpty();
    }

    [Fact]
    public async Task Interest_that_was_not_removed_is_removed_by_the_next_signal()
    {
        await ListenAsync(_node, WsmqAddress.User("cat"));
        await States.SetNodesAsync(Bob, await NodesAsync(WsmqAddress.User("cat")));
        await _node.AddAsync(Bob);
        await Eventually.That("it is removed", async () => (await NodesAsync(Bob)).Length == 0);
    }

    [Fact]
    public async Task A_declaration_restores_interest_in_a_queue_and_holds_if_the_queue_is_corrupt()
    {
        var (queue, unheard, corrupt) = (WsmqAddress.Work("jobs"), WsmqAddress.Work("unheard"), WsmqAddress.Work("corrupt"));
        var heard = await ListenAsync(_node, queue);
        await ListenAsync(_node, corrupt);
        await Database.KeyDeleteAsync(Keys.Meta(queue));
        await Database.KeyDeleteAsync(Keys.Meta(corrupt));
        await Database.StringSetAsync(Keys.Meta(corrupt), "x");
        foreach (var address in new[] { queue, unheard, corrupt })
            (await _node.Store.Declarations.DeclareAsync(address, new QueueDeclaration(3, "text"), default)).Version.Should().Be(3);

        (await NodesAsync(queue)).Should().HaveLength(8);
        (await NodesAsync(unheard)).Should().BeEmpty();
        await _node.AddAsync(queue);
        await Eventually.That("the job is signalled", () => !heard.IsEmpty);
    }

    [Fact]
    public async Task A_stopped_node_leaves_neither_interest_nor_lease()
    {
        var other = await StartNodeAsync();
        var subscription = await other.Store.Signals.SubscribeAsync(Bob, _ => { }, default);
        await subscription.DisposeAsync();
        await other.DisposeAsync();
        (await NodesAsync(Bob)).Should().BeEmpty();
        await Eventually.That("no lease is left", async () => (int)(await Database.ExecuteAsync("EXISTS", "t:{0}:node:" + Stranger)) == 0
            && ((RedisResult[])(await Database.ExecuteAsync("KEYS", "t:*node:*"))!).Length == 0);
    }

    [Fact]
    public async Task Five_thousand_addresses_share_one_channel_and_are_restored_after_all_keys_were_lost()
    {
        var addresses = Enumerable.Range(0, 5_000).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        var heard = new ConcurrentQueue<Signal>();
        await Task.WhenAll(addresses.Select(a => _node.Store.Signals.SubscribeAsync(a, heard.Enqueue, default)));
        ((RedisResult[])(await Database.ExecuteAsync("PUBSUB", "CHANNELS", "t:{*"))!).Should().HaveCount(1);
        (await CallsOfAsync("evalsha")).Should().BeLessThan(500, "many are registered by one script");

        var restored = new TaskCompletionSource();
        _node.Store.Signals.Restored += () => restored.TrySetResult();
        await Database.ExecuteAsync("FLUSHALL");
        await Database.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Eventually.That("the subscription is restored", () => restored.Task.IsCompleted);
        await _node.Log.StatesAsync(addresses, default);

        (await _node.AppendAsync([.. addresses.Where((_, i) => i % 25 == 0).Select(a => _node.New(a))])).Should().HaveCount(200);
        await Eventually.That("they are signalled", () => heard.Count == 200);
    }

    private async Task<long> CallsOfAsync(string command)
    {
        var info = await _admin.GetServers()[0].InfoRawAsync("commandstats");
        var line = info!.Split('\n').FirstOrDefault(l => l.StartsWith($"cmdstat_{command}:calls=", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split('=')[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
