using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Nodes as a Redis user with the documented ACL rules, and the errors at the start if the user lacks one.</summary>
public sealed class RedisAclTests(RedisAclTests.Server server) : IClassFixture<RedisAclTests.Server>
{
    // Commands that the driver tries, and does not need.
    private static readonly string[] OfTheDriver = ["hello", "client|setname", "client|setinfo", "client|id", "config|get", "cluster|nodes", "cluster|slots", "role"];

    // Rules that the driver works without; it then sends every script as text.
    private static readonly string[] Expendable = ["+echo", "+unsubscribe", "+evalsha", "+script|load"];

    public static TheoryData<string> Commands => [.. AclUser.Rules.Where(r => r.StartsWith('+') && !Expendable.Contains(r))];

    private string Configuration => $"{server.Redis.EndPoint},connectTimeout=2000,connectRetry=1,{AclUser.Credentials}";

    [Fact]
    public async Task Two_nodes_serve_messages_live_pushes_and_groups_with_the_documented_ACL_rules()
    {
        await server.SetAsync(AclUser.Rules);
        var logs = new RecordedLogs();
        await using var a = await TestNode.StartAsync(s => s.UseRedis(Configuration), services: b => b.Logging.AddProvider(logs));
        await using var b = await TestNode.StartAsync(s => s.UseRedis(Configuration), services: b => b.Logging.AddProvider(logs));
        await a.Groups.AddToGroupAsync("bob", "ops");
        await using var alice = await PlainClient.ConnectAsync(a, "alice");
        await using var bob = await PlainClient.ConnectAsync(b, "bob");
        await bob.SendAsync("user:bob", 0);

        await alice.SendAsync("user:bob", 1);
        await bob.ReceivesAsync("0", "1");
        await a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse("2") });
        await bob.ReceivesAsync("0", "1", "2");
        await bob.ReceivesLiveAsync(a.Live.Clients.User("bob"), a.Live.Clients.Group("ops"));
        await a.Live.Clients.All.Live(new WsmqLiveMessage { Type = "all" });
        await a.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = "user" });
        await a.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = "group" });
        await Eventually.That("the pushes arrive", () => bob.Live.Count == 3);
        await a.Groups.RemoveFromGroupAsync("bob", "ops");
        (await a.Services.GetRequiredService<IWsmqNodes>().ListAsync()).Nodes.Should().HaveCount(2);

        var denied = (RedisResult[])(await server.Admin.ExecuteAsync("ACL", "LOG"))!;
        denied.Select(d => (string)d.ToDictionary()["object"]!).Distinct()
            .Should().BeSubsetOf(OfTheDriver, "no other denied command was tried");
        logs.All.Should().OnlyContain(t => !t.Contains(AclUser.Password, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_Redis_user_without_one_of_the_commands_is_refused_and_the_command_is_named(string rule)
    {
        var refused = await StartWithAsync(AclUser.Rules.Where(r => r != rule));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain(rule[1..].Split('|')[0]);
    }

    [Theory]
    [InlineData("&wsmq:*", "channel")]
    [InlineData("~wsmq:*", "key")]
    public async Task A_Redis_user_without_the_key_or_channel_pattern_is_refused_and_the_pattern_is_named(string rule, string missing)
    {
        var refused = await StartWithAsync(AclUser.Rules.Where(r => r != rule));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain(missing).And.Contain("docs/operations.md");
    }

    [Fact]
    public async Task A_Redis_user_without_WAIT_is_refused_if_receipts_wait_for_replicas()
    {
        var refused = await StartWithAsync(AclUser.Rules, replicas: 1);

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("'wait'");
    }

    [Fact]
    public async Task A_wrong_password_is_reported_as_refused_credentials_and_not_shown()
    {
        var refused = await StartWithAsync(AclUser.Rules.Select(r => r.StartsWith('>') ? ">another" : r));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("refuses the credentials");
    }

    private async Task<Exception> StartWithAsync(IEnumerable<string> rules, int replicas = 0)
    {
        await server.SetAsync(rules);
        var logs = new RecordedLogs();
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(
            s => s.UseRedis(Configuration, o => o.ReceiptReplicas = replicas), services: b => b.Logging.AddProvider(logs)));
        logs.All.Append($"{refused}").Should().OnlyContain(t => !t.Contains(AclUser.Password, StringComparison.Ordinal));
        logs.All.Should().NotContain(t => t.Contains("Error connecting to Redis", StringComparison.Ordinal), "the start reports it once");
        return refused!;
    }

    public sealed class Server : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public IServer Admin { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Redis = await RedisServer.StartAsync();
            (await Redis.CommandAsync("ACL SETUSER admin on >admin allkeys allchannels +@all")).Should().StartWith("+OK");
            var connection = await AdminConnection.OpenAsync($"{Redis.EndPoint},user=admin,password=admin");
            Admin = connection.GetServers()[0];
            await Admin.ExecuteAsync("ACL", "SETUSER", "default", "off");
        }

        public async Task SetAsync(IEnumerable<string> rules)
        {
            await Admin.ExecuteAsync("ACL", ["SETUSER", "wsmq", "reset", .. rules]);
            await Admin.ExecuteAsync("ACL", "LOG", "RESET");
        }

        public async Task DisposeAsync()
        {
            await Admin.Multiplexer.DisposeAsync();
            await Redis.DisposeAsync();
        }
    }
}
