using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Nodes;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>Questions and answers of nodes of other versions, of the largest size, and of many callers.</summary>
[Collection(SharedRedis.Name)]
public sealed class NodeAnswerTests(SharedRedis redis)
{
    private readonly string _prefix = redis.NextPrefix();

    [Theory]
    [InlineData("""{"v":1,"kind":"weather"}""")]
    [InlineData("""{"v":2,"kind":"node"}""")]
    [InlineData("""{"v":1,"kind":"connections"}""")]
    [InlineData("""{"kind":"node"}""")]
    [InlineData("""{"v":1,"kind":"node" """)]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_question_that_a_node_does_not_know_is_answered_as_unknown(string question)
    {
        await using var node = await StartAsync();

        Ask(node, question).GetProperty("status").GetString().Should().Be("unknown");
    }

    [Fact]
    public async Task Fields_that_a_node_does_not_know_are_ignored_in_questions()
    {
        await using var node = await StartAsync();

        var answer = Ask(node, """{"v":1,"kind":"connections","user":"bob","newer":[1]}""");

        (answer.GetProperty("status").GetString(), answer.GetProperty("count").GetInt32()).Should().Be(("ok", 0));
    }

    [Theory]
    [InlineData("""{"v":1,"status":"unknown"}""")]
    [InlineData("""{"v":2,"status":"ok","count":0}""")]
    [InlineData("""{"v":1,"status":"ok","node":{"id":"another"}}""")]
    [InlineData("[]")]
    [InlineData("hello")]
    public async Task A_node_that_answers_in_another_form_is_missing(string answer)
    {
        await using var node = await StartAsync();
        await using var other = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        await other.Store.Nodes.JoinAsync(_ => Encoding.UTF8.GetBytes(answer), default);

        var list = await Of(node).ListAsync();

        (list.Nodes.Count, list.IsComplete).Should().Be((1, false));
        list.Missing.Should().Equal(other.Store.Nodes.Self);
    }

    [Fact]
    public async Task A_thousand_connections_of_a_user_are_cut_with_a_count()
    {
        const int Count = 1_000;
        await using var node = await StartAsync(
            o => (o.Limits.ConnectionsPerUser, o.Limits.UserConnectsPerMinute, o.Limits.PendingConnectionsPerUser) = (Count, 0, Count));
        await using var other = await StartAsync();
        var clients = new List<RawClient>();
        try
        {
            foreach (var some in Enumerable.Range(0, Count).Chunk(100))
                clients.AddRange(await Task.WhenAll(some.Select(_ => RawClient.ConnectAsync(node, "bob"))));
            await Eventually.That("all are counted", async () => (await Of(other).ConnectionsAsync("bob")).Count == Count);
            var found = await Of(other).ConnectionsAsync("bob");

            found.IsComplete.Should().BeTrue();
            found.Connections.Should().HaveCount(200).And.BeInDescendingOrder(c => c.ConnectedAt).And.OnlyContain(c => c.AddressCount == 1);
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Many_long_names_are_cut_to_the_size_of_an_answer()
    {
        await using var node = await StartAsync(o => (o.Limits.ConnectionsPerUser, o.Limits.UserConnectsPerMinute) = (100, 0));
        foreach (var group in Enumerable.Range(0, 40))
            await node.Groups.AddToGroupAsync("bob", group.ToString("D3", null) + new string('g', WsmqAddress.MaxNameBytes - 3));
        var clients = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => PlainClient.ConnectAsync(node, "bob")));

        await Eventually.That("all read their groups", async () =>
            await Of(node).ConnectionsAsync("bob") is { Count: 60 } all && all.Connections.All(c => c.AddressCount == 41));
        var found = await Of(node).ConnectionsAsync("bob");

        found.Connections.Should().HaveCountLessThan(60).And.NotBeEmpty().And.OnlyContain(c => c.Addresses.Count == 32);
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task Many_callers_share_a_question_and_its_answer()
    {
        await using var node = await StartAsync();
        await using var other = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        var asked = 0;
        using var release = new ManualResetEventSlim();
        await JoinAsync(other, release, """{"v":1,"status":"ok","count":1}""", () => Interlocked.Increment(ref asked));

        var lists = Enumerable.Range(0, 100).Select(_ => Of(node).ListAsync()).ToArray();
        await Eventually.That("the other node is asked", () => Volatile.Read(ref asked) > 0);
        release.Set();
        var results = await Task.WhenAll(lists);

        asked.Should().Be(1);
        results.Should().OnlyContain(r => r.IsComplete && r.Nodes.Count == 1);
    }

    [Fact]
    public async Task Too_many_different_questions_at_a_time_are_refused_and_those_that_wait_are_answered()
    {
        await using var node = await StartAsync();
        await using var other = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        using var release = new ManualResetEventSlim();
        await JoinAsync(other, release, """{"v":1,"status":"ok","connections":[],"count":1}""");

        var calls = Enumerable.Range(0, 80).Select(i => Of(node).ConnectionsAsync($"user{i}")).ToArray();
        await Eventually.That("the calls beyond the limit are refused", () => calls.Count(c => c.IsFaulted) == 16);
        release.Set();
        await Eventually.That("the others are answered", () => calls.All(c => c.IsCompleted));

        calls.Where(c => c.IsFaulted).Should().OnlyContain(c => ((WsmqException)c.Exception!.InnerException!).Error == WsmqErrors.ServerBusy);
        calls.Where(c => c.IsCompletedSuccessfully).Should().OnlyContain(c => c.Result.Count == 1);
    }

    [Fact]
    public async Task Questions_for_connections_of_many_users_do_not_keep_the_list_of_nodes_from_being_asked_for()
    {
        await using var node = await StartAsync();
        await using var other = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        using var release = new ManualResetEventSlim();
        await JoinAsync(other, release, """{"v":1,"status":"ok","count":1}""");
        var calls = Enumerable.Range(0, 64).Select(i => Of(node).ConnectionsAsync($"user{i}")).ToArray();

        var list = Of(node).ListAsync();
        var refused = await Record.ExceptionAsync(() => Of(node).ConnectionsAsync("another"));
        release.Set();

        ((WsmqException)refused!).Error.Should().Be(WsmqErrors.ServerBusy);
        (await list).IsComplete.Should().BeTrue();
        await Task.WhenAll(calls);
    }

    // As a node that answers once it is released.
    private static Task JoinAsync(RedisHarness other, ManualResetEventSlim release, string answer, Action? asked = null) =>
        other.Store.Nodes.JoinAsync(
            _ =>
            {
                asked?.Invoke();
                release.Wait();
                return Encoding.UTF8.GetBytes(answer);
            },
            default);

    private static IWsmqNodes Of(TestNode node) => node.Services.GetRequiredService<IWsmqNodes>();

    private static JsonElement Ask(TestNode node, string question) => JsonDocument.Parse(
        node.Services.GetRequiredService<NodePresence>().Answer(Encoding.UTF8.GetBytes(question))).RootElement;

    private Task<TestNode> StartAsync(Action<WsmqOptions>? configure = null) => TestNode.StartAsync(
        s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix),
        o =>
        {
            // No test waits for it.
            o.Nodes.AnswerTimeout = TimeSpan.FromSeconds(30);
            configure?.Invoke(o);
        });
}
