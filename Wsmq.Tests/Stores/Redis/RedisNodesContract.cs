using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Several nodes on one Redis: who is registered, who answers, and who is missing.</summary>
public abstract class RedisNodesContract : IAsyncLifetime
{
    // No test waits for it: a node that cannot answer in time is one that does not listen.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    // Waited for by the tests of nodes that listen and do not answer. Long enough for Redis to answer on a busy machine.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    private static readonly string[] Garbage =
    [
        "", "Q", "Z", $"Q{new string('/', 16)}x", $"A{new string('a', 16)}", $"A{new string('a', 30)}", $"Q{new string('a', 70_000)}",
    ];

    private readonly List<StoreHarness> _stores = [];

    private RedisKeys Keys => new(Prefix, 64);

    private protected abstract string Configuration { get; }

    private protected abstract string Prefix { get; }

    private protected abstract string PublishCommand { get; }

    private LaneKeys Lane => Keys.OfLane(0, "x", TimeSpan.FromMinutes(1));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task All_nodes_answer_and_a_question_of_the_largest_size_reaches_them()
    {
        var (a, b, c) = (await JoinAsync("a"), await JoinAsync("b"), await JoinAsync("c"));
        var question = new string('q', INodeStore.MaxQuestionBytes);

        var replies = await a.AskAsync(Encoding.UTF8.GetBytes(question), Long, default);

        replies.Missing.Should().BeEmpty();
        replies.Answers.ToDictionary(r => r.Key, r => Encoding.UTF8.GetString(r.Value.Span)).Should().Equal(
            new Dictionary<string, string> { [a.Self] = "a" + question, [b.Self] = "b" + question, [c.Self] = "c" + question });
    }

    [Fact]
    public async Task A_node_that_left_is_not_asked_and_one_that_crashed_is_missing_at_once_until_its_registration_expires()
    {
        var (a, left) = (await JoinAsync("a"), await JoinAsync("left"));
        var crashed = await JoinAsync("crashed", o => o.Nodes.Expiry = TimeSpan.FromSeconds(2));
        await left.LeaveAsync();
        await _stores[2].DisposeAsync();
        _stores.RemoveAt(2);
        await Eventually.That("Redis has noticed the end of its connection", async () => (await AskAsync(a)).Missing.Count == 1);

        (await AskAsync(a)).Missing.Should().Equal(crashed.Self);
        await Eventually.That("its registration expires", async () => (await AskAsync(a)).Missing.Count == 0);
        (await AskAsync(a)).Answers.Keys.Should().Equal(a.Self);
    }

    [Fact]
    public async Task Checks_of_the_store_renew_a_registration_and_a_node_that_left_stays_away()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        await using var admin = await AdminConnection.OpenAsync(Configuration);
        await admin.GetDatabase().KeyDeleteAsync(Lane.Nodes);
        (await AskAsync(a)).Answers.Should().NotContainKey(b.Self);

        (await _stores[1].Store.IsAvailableAsync(default)).Should().BeTrue();
        (await AskAsync(a)).Answers.Should().ContainKey(b.Self);

        await b.LeaveAsync();
        (await _stores[1].Store.IsAvailableAsync(default)).Should().BeTrue();
        var after = await AskAsync(a);
        (after.Answers.ContainsKey(b.Self), after.Missing.Count).Should().Be((false, 0));
    }

    [Fact]
    public async Task A_node_that_stands_still_is_missing_and_the_others_have_answered()
    {
        using var release = new ManualResetEventSlim();
        var (a, b) = (await JoinAsync("a"), await JoinAsync("b"));
        var still = await StartAsync();
        await still.JoinAsync(
            _ =>
            {
                release.Wait();
                return default;
            },
            default);
        try
        {
            var replies = await a.AskAsync("who?"u8.ToArray(), Short, default);

            replies.Missing.Should().Equal(still.Self);
            replies.Answers.Keys.Should().BeEquivalentTo(a.Self, b.Self);
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public async Task An_answer_that_is_too_large_counts_as_missing()
    {
        var a = await JoinAsync("a");
        var large = await StartAsync();
        await large.JoinAsync(_ => new byte[INodeStore.MaxAnswerBytes + 1], default);

        (await a.AskAsync("who?"u8.ToArray(), Short, default)).Missing.Should().Equal(large.Self);
    }

    [Fact]
    public async Task Foreign_data_affects_no_question_and_a_corrupt_key_is_replaced()
    {
        var (a, b) = (await JoinAsync("a"), await JoinAsync("b"));
        await using var admin = await AdminConnection.OpenAsync(Configuration);
        await admin.GetDatabase().SortedSetAddAsync(Lane.Nodes, [new("", 9e15), new("x y", 9e15), new(new string('n', 5_000), 9e15)]);
        foreach (var garbage in Garbage)
            await admin.GetDatabase().ExecuteAsync(PublishCommand, Lane.NodeChannels + b.Self, garbage);
        var replies = await AskAsync(a);
        (replies.Answers.Count, replies.Missing.Count).Should().Be((2, 0));

        await admin.GetDatabase().KeyDeleteAsync(Lane.Nodes);
        await admin.GetDatabase().StringSetAsync(Lane.Nodes, "hello");
        (await Assert.ThrowsAsync<WsmqException>(() => AskAsync(a))).Error.Should().Be(WsmqErrors.StoreCorrupt);
        (await _stores[0].Store.IsAvailableAsync(default)).Should().BeTrue();
        (await _stores[1].Store.IsAvailableAsync(default)).Should().BeTrue();
        (await AskAsync(a)).Answers.Should().HaveCount(2);
    }

    [Fact]
    public async Task Messages_to_one_node_arrive_in_order_there_and_nowhere_else()
    {
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var (a, b, c) = (await JoinAsync("a"), await StartAsync(), await StartAsync());
        b.Handle(NodeMessageKind.Presence, message => heard.Enqueue("b" + Encoding.UTF8.GetString(message.Span)));
        c.Handle(NodeMessageKind.Presence, message => heard.Enqueue("c" + Encoding.UTF8.GetString(message.Span)));
        await b.JoinAsync(q => q, default);
        await c.JoinAsync(q => q, default);
        var large = "P" + new string('x', INodeStore.MaxMessageBytes - 1);

        foreach (var message in Enumerable.Range(0, 20).Select(i => $"P{i}").Append(large))
            (await a.SendAsync(b.Self, NodeMessageKind.Presence, Encoding.UTF8.GetBytes(message), default)).Should().BeTrue();
        await Eventually.That("all arrive", () => heard.Count == 21);

        heard.Should().Equal(Enumerable.Range(0, 20).Select(i => $"bP{i}").Append("b" + large));
        (await a.SendAsync("zzzzzzzz", NodeMessageKind.Presence, "P"u8.ToArray(), default)).Should().BeFalse();
        (await a.SendAsync(a.Self, NodeMessageKind.Presence, "P"u8.ToArray(), default)).Should().BeFalse();
    }

    [Fact]
    public async Task Answers_are_removed_from_Redis()
    {
        var (a, _) = (await JoinAsync("a"), await JoinAsync("b"));
        await using var admin = await AdminConnection.OpenAsync(Configuration);
        for (var i = 0; i < 20; i++)
            (await AskAsync(a)).Answers.Should().HaveCount(2);

        await Eventually.That("no answer is left", () => !admin.GetServers().SelectMany(s => s.Keys(pattern: $"{Prefix}:*answers*")).Any());
    }

    private async Task<INodeStore> JoinAsync(string name, Action<WsmqOptions>? configure = null)
    {
        var nodes = await StartAsync(configure);
        await nodes.JoinAsync(q => (byte[])[.. Encoding.UTF8.GetBytes(name), .. q.Span], default);
        return nodes;
    }

    private async Task<INodeStore> StartAsync(Action<WsmqOptions>? configure = null)
    {
        var options = new WsmqOptions();
        configure?.Invoke(options);
        _stores.Add(await RedisHarness.StartAsync(Configuration, Prefix, options));
        return _stores[^1].Store.Nodes;
    }

    private static Task<NodeReplies> AskAsync(INodeStore nodes) => nodes.AskAsync("who?"u8.ToArray(), Long, default);
}

public sealed class RedisNodesTests(SharedRedis redis) : RedisNodesContract, IClassFixture<SharedRedis>
{
    private protected override string Configuration => redis.Server.EndPoint;

    private protected override string Prefix { get; } = redis.NextPrefix();

    private protected override string PublishCommand => "PUBLISH";
}

[Collection(SharedCluster.Name)]
public sealed class RedisClusterNodesTests(SharedCluster redis) : RedisNodesContract
{
    private protected override string Configuration => redis.EndPoints;

    private protected override string Prefix { get; } = redis.NextPrefix();

    private protected override string PublishCommand => "SPUBLISH";
}
