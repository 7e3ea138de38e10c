using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR.Client;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>
/// What a usual message and a usual connection cost Redis, command by command and key by key: features that few apps use must not add anything
/// for the others. The list is a part of docs/benchmarks.md, so that a change of it shows in review.
/// </summary>
public sealed partial class UsualCostTests : IAsyncLifetime
{
    private const string Begin = "<!-- usual cost: written by UsualCostTests -->\n";
    private const string End = "<!-- end of usual cost -->";
    private static readonly RedisKeys Keys = new("wsmq", 64);
    private RedisServer _redis = null!;
    private TestNode _node = null!;
    private ConnectionMultiplexer _admin = null!;

    private IServer Server => _admin.GetServers()[0];

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(appendOnly: false);
        _admin = await ReplicatedRedis.AdminAsync(_redis);

        // What runs by the clock is left out: it is no cost of a message.
        _node = await TestNode.StartAsync(
            s => s.UseRedis(_redis.EndPoint, o => o.SettleAfter = TimeSpan.FromMinutes(1)),
            o => o.Delivery.TailCheckInterval = TimeSpan.FromHours(1));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_usual_message_and_a_connection_have_the_commands_keys_and_fields_that_are_documented()
    {
        var text = new StringBuilder(Begin).Append("| | commands of the scripts, in order |\n| --- | --- |\n");
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");

        // Otherwise a script may be for both.
        var active = Keys.OfLane(0, "", TimeSpan.Zero).Active;
        await Eventually.That("she is read", () => _admin.GetDatabase().HashExistsAsync(active, Keys.Of(WsmqAddress.User("alice")).Name));
        await using var monitor = await RedisMonitor.StartAsync(_redis);
        await using var bob = PlainClient.Create(_node.Hub, TestTokens.For("bob"), ack: false);
        await AddAsync(text, monitor, "a new device connects, and gets and acknowledges its first message", "user:bob", async () =>
        {
            await bob.Connection.StartAsync();

            // A message that comes earlier is stored for somebody who is away.
            await Eventually.That("the device reads", () => monitor.Scripts.Any(s => s.Any(c => IsRead(c, "user:bob"))));
            await SendAsync(alice, bob);
        });
        await SendAsync(alice, bob);
        await AddAsync(text, monitor, "a message to a user who is there, its delivery and ack", "user:bob", () => SendAsync(alice, bob));
        await alice.SendAsync("user:carol", 1);
        await AddAsync(text, monitor, "a message to a user who is away", "user:carol", () => alice.SendAsync("user:carol", 2));
        await KeysAsync(text);

        var path = SourceTree.PathOf("docs", "benchmarks.md");
        var document = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        var (begin, end) = (document.IndexOf(Begin, StringComparison.Ordinal), document.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("WSMQ_WRITE_DOCS") is not null)
            await File.WriteAllTextAsync(path, document = string.Concat(document.AsSpan(0, begin), text.ToString(), document.AsSpan(end)));
        document.Should().Contain(text.ToString(), "WSMQ_WRITE_DOCS=1 writes it again, if the new cost is meant");
    }

    private async Task SendAsync(PlainClient from, PlainClient to)
    {
        var before = to.Received.Count;
        await from.SendAsync("user:bob", 1);
        await Eventually.That("it arrives", () => to.Received.Count > before);
        var position = to.Received[^1].Position;
        await to.Connection.InvokeAsync("Ack", "user:bob", position);
        await Eventually.That("the ack is stored", async () =>
            ((string?)await _admin.GetDatabase().HashGetAsync(Keys.Meta(WsmqAddress.User("bob")), "@default"))?.StartsWith(position, StringComparison.Ordinal) == true);
    }

    // The commands of the scripts that name an address. Scripts that do not depend on each other run in any order.
    private async Task AddAsync(StringBuilder text, RedisMonitor monitor, string name, string address, Func<Task> action)
    {
        await monitor.SeesAllAsync(_redis);
        var before = monitor.Scripts.Count;
        await action();
        await monitor.SeesAllAsync(_redis);
        var scripts = monitor.Scripts.Skip(before).Where(s => s.Any(c => c.Any(a => a.Contains(address, StringComparison.Ordinal))))
            .Select(s => string.Join(' ', s.Select(c => c[0].ToLowerInvariant()))).Order(StringComparer.Ordinal);
        text.Append(string.Concat("| ", name, " | ", string.Join("; ", scripts)) + " |\n");
    }

    private static bool IsRead(IReadOnlyList<string> command, string address) =>
        command[0].Equals("xrange", StringComparison.OrdinalIgnoreCase) && command[1].EndsWith(address, StringComparison.Ordinal);

    private async Task KeysAsync(StringBuilder text)
    {
        var database = _admin.GetDatabase();
        var rows = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var key in Server.Keys(pattern: "*").Select(k => k.ToString()))
        {
            var fields = key.Contains(":meta:", StringComparison.Ordinal)
                ? string.Join(' ', (await database.HashKeysAsync(key)).Select(f => $"`{f}`").Order(StringComparer.Ordinal))
                : "";
            rows.Add($"| `{Slice().Replace(Batch().Replace(Node().Replace(key, "$1<node>"), "$1<batch>"), "$1<slice>")}` | {fields} |\n");
        }

        text.Append("\n| keys afterwards | fields of the metas |\n| --- | --- |\n").Append(string.Concat(rows));
    }

    [GeneratedRegex(@"(batch:|node:|journal:|settled:)\w{8}$")]
    private static partial Regex Node();

    [GeneratedRegex(@"(ids:\d+:)\d$")]
    private static partial Regex Slice();

    [GeneratedRegex("(heads:|blob:).+$")]
    private static partial Regex Batch();
}
