using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Fuzz;

/// <summary>
/// Keys in Redis that another program has corrupted: a call that uses the address fails with a code, other addresses are unaffected,
/// and the node does not query Redis repeatedly without a pause.
/// </summary>
public sealed class DamagedKeyTests(SharedRedis redis, ITestOutputHelper output) : IAsyncLifetime, IClassFixture<SharedRedis>
{
    private const int MostCommandsInASecond = 300;
    private static readonly string[] Garbage =
        ["", "x", "hello world, this is text", "-1", "1e15", "9999999999999999", "9007199254740991", "0x00000000000001", "00000000000000001", "\0\u00ff", "nan", "inf"];

    // Where the parts of the state of an active address begin, see active.lua.
    private static readonly (string Name, int From)[] StateParts = [("tail", 0), ("link", 16), ("base", 44), ("consumed", 60), ("mode", 76), ("nodes", 77)];

    private readonly string _prefix = redis.NextPrefix();
    private readonly RecordedLogs _logs = new();
    private TestNode _node = null!;
    private ConnectionMultiplexer _admin = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    private ActiveStates States => new(Redis, Keys);

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix),
            o => (o.Delivery.TailCheckInterval, o.Delivery.AckGrace, o.Publish.SendTimeout) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(3)),
            b => b.Logging.AddProvider(_logs));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
    }

    public static TheoryData<string, string> Damages
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in new[] { "t", "c", "g", "d", "v", "x", "n", "k", "@default" })
                data.Add("meta", name);
            foreach (var (name, from) in StateParts)
                data.Add("state", $"{name} from {from}");
            foreach (var key in new[] { "journal is gone", "journal is a string", "blobs are gone", "blobs are garbage", "heads are garbage" })
                data.Add("journal", key);
            foreach (var key in new[] { "log is a string", "meta is a string", "meta is gone", "meta is a list", "log is gone" })
                data.Add("user", key);
            foreach (var key in new[] { "members is a string", "member is garbage", "groups is a string", "groups hold garbage", "cursors is a string", "cursor is garbage", "group meta is a string", "group log is a string" })
                data.Add("group", key);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_corrupt_key_affects_only_its_own_address_and_causes_no_busy_loop_on_Redis(string kind, string what)
    {
        var counts = new FuzzCounts($"{kind} {what}");
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        var sent = 0;
        foreach (var garbage in kind is "meta" or "state" ? Garbage : [""])
        {
            var victim = $"v{sent}";
            await _node.Groups.AddToGroupAsync(victim, "ops");
            await _node.Groups.AddToGroupAsync(victim, $"g{sent}");
            await using var connected = await PlainClient.ConnectAsync(_node, victim);
            await alice.SendAsync($"user:{victim}", "before");
            await connected.ReceivesAsync("\"before\"");
            await connected.Connection.InvokeAsync("Ack", $"user:{victim}", connected.Received[0].Position);

            // The node learns from its replies that messages of the victim can go to the journal.
            await Eventually.That("the state is in the lane's hash, and the journal has a message", async () =>
            {
                await alice.SendAsync($"user:{victim}", "more");
                return await States.StateAsync(WsmqAddress.User(victim)) is not null && (kind != "journal" || (await KeysAsync("journal:*")).Length > 0);
            });

            await SpoilAsync(kind, what, victim, $"g{sent}", garbage);

            counts.Add("send", await CodeAsync(() => alice.SendAsync($"user:{victim}", "after")));
            counts.Add("send together", await TogetherAsync(victim));
            counts.Add("ack", await CodeAsync(() => connected.Connection.InvokeAsync("Ack", $"user:{victim}", connected.Received[0].Position)));
            counts.Add("resume", await CodeAsync(() => connected.Connection.InvokeAsync("Resume", $"user:{victim}", "0000000000000000")));
            counts.Add("connect", await ConnectAsync(victim));
            await alice.SendAsync("user:bob", ++sent);
            await Eventually.That($"bob receives his messages in spite of the corrupt value {garbage}", () => bob.Received.Count(d => d.Sender == "alice") == sent);
        }

        await Eventually.That("bob's acks are stored", async () =>
            ((string?)await Redis.HashGetAsync(Keys.Meta(WsmqAddress.User("bob")), "@default"))?[..16] == bob.Received[^1].Position);
        await RedisCalm.ComesAsync(_admin.GetServers()[0], MostCommandsInASecond);
        bob.Gaps.Should().BeEmpty();
        (alice.Closed, bob.Closed).Should().Be((null, null));
        _logs.Of(LogLevel.Error).Concat(_logs.Of(LogLevel.Critical)).Should().NotContain(l => !l.Contains("corrupt", StringComparison.Ordinal));
        counts.Print(output);
    }

    private async Task SpoilAsync(string kind, string what, string victim, string group, string garbage)
    {
        var (own, log) = (Keys.Of(WsmqAddress.User(victim)), Keys.Of(WsmqAddress.Group(group)));
        switch (what)
        {
            case "log is a string": await TurnAsync(own.Log); break;
            case "log is gone": await Redis.KeyDeleteAsync(own.Log); break;
            case "meta is a string": await TurnAsync(own.Meta); break;
            case "meta is gone": await Redis.KeyDeleteAsync(own.Meta); break;
            case "meta is a list": await Redis.KeyDeleteAsync(own.Meta); await Redis.ListLeftPushAsync(own.Meta, "x"); break;
            case "members is a string": await TurnAsync(log.Members); break;
            case "member is garbage": await Redis.HashSetAsync(log.Members, victim, "hello"); break;
            case "groups is a string": await TurnAsync(own.Groups); break;
            case "groups hold garbage": await Redis.SetAddAsync(own.Groups, ["", "a\nb", "\u202ex", new string('x', 5_000), new byte[] { 0xFF, 0 }]); break;
            case "cursors is a string": await TurnAsync(log.CursorsOf(victim)); break;
            case "cursor is garbage": await Redis.HashSetAsync(log.CursorsOf(victim), "default", "hello"); break;
            case "group meta is a string": await TurnAsync(log.Meta); break;
            case "group log is a string": await TurnAsync(log.Log); break;
            case "journal is gone": await ForEachAsync("journal:*", key => Redis.KeyDeleteAsync(key)); break;
            case "journal is a string": await ForEachAsync("journal:*", TurnAsync); break;
            case "blobs are gone": await ForEachAsync("blob:*", key => Redis.KeyDeleteAsync(key)); break;
            case "blobs are garbage": await ForEachAsync("blob:*", TurnAsync); break;
            case "heads are garbage": await ForEachAsync("heads:*", TurnAsync); break;
            case var _ when kind == "state": await SpoilStateAsync(victim, int.Parse(what.Split(' ')[^1], CultureInfo.InvariantCulture), garbage); break;
            default: await Redis.HashSetAsync(own.Meta, what, garbage); break;
        }

        kind.Should().BeOneOf("meta", "state", "journal", "user", "group");
    }

    // Writes over a part of the state, as far as the text goes; the empty one cuts the state there.
    private async Task SpoilStateAsync(string victim, int from, string garbage)
    {
        var text = (await States.StateAsync(WsmqAddress.User(victim)))!;
        var rest = garbage.Length == 0 || from + garbage.Length > text.Length ? "" : text[(from + garbage.Length)..];
        await States.SetAsync(WsmqAddress.User(victim), text[..from] + garbage + rest);
    }

    private async Task ForEachAsync(string pattern, Func<RedisKey, Task> change)
    {
        var found = await KeysAsync(pattern);
        found.Should().NotBeEmpty();
        await Task.WhenAll(found.Select(change));
    }

    private async Task<RedisKey[]> KeysAsync(string pattern) => (RedisKey[])(await Redis.ExecuteAsync("KEYS", $"{_prefix}:{{0}}:{pattern}"))!;

    private async Task TurnAsync(RedisKey key)
    {
        await Redis.KeyDeleteAsync(key);
        await Redis.StringSetAsync(key, "hello");
    }

    // In one batch with messages to other addresses, which are stored nevertheless.
    private async Task<string> TogetherAsync(string victim)
    {
        WsmqOutgoingMessage[] messages = [.. Enumerable.Range(0, 21).Select(i => new WsmqOutgoingMessage { To = i == 10 ? $"user:{victim}" : $"user:other{i}", Body = WsmqJsonBody.Parse("1") })];
        var results = await _node.Publisher.SendManyAsync(messages);
        results.Where((_, i) => i != 10).Should().OnlyContain(r => r.Exception == null);
        return results[10].Exception?.Error.Code ?? "done";
    }

    private async Task<string> ConnectAsync(string user)
    {
        await using var client = PlainClient.Create(_node.Hub, TestTokens.For(user), "another");
        var failed = await Record.ExceptionAsync(() => client.Connection.StartAsync());
        if (failed is not null)
            return $"failed: {failed.Message}";
        var called = await CodeAsync(() => client.Connection.InvokeAsync("Ack", $"user:{user}", "0000000000000000"));
        if (called == "done")
            return called;
        await Eventually.That("the connection is closed, or stays connected", () => client.Closed is not null || client.Connection.State == HubConnectionState.Connected);
        return WsmqError.Find(client.Closed?.Message)?.Code ?? called;
    }

    /// <summary>The code of the failure, or <c>done</c>. <c>NO CODE</c> marks a failure without a code, which is a defect.</summary>
    private static async Task<string> CodeAsync(Func<Task> call)
    {
        var failed = await Record.ExceptionAsync(() => call().WaitAsync(TimeSpan.FromSeconds(90)));
        return failed is null ? "done" : WsmqError.Find(failed.Message)?.Code ?? $"NO CODE: {failed.Message}";
    }
}
