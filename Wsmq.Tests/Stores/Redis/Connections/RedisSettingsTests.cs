using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Hosting;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Every setting of a configuration string: two nodes work with it, or it is refused by name.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisSettingsTests(SharedRedis redis)
{
    private const string Secret = "open-sesame-0815";

    [Theory]
    [InlineData("abortConnect=false")]
    [InlineData("allowAdmin=false")]
    [InlineData("asyncTimeout=1")]
    [InlineData("syncTimeout=1")]
    [InlineData("responseTimeout=1")]
    [InlineData("channelPrefix=shop:")]
    [InlineData("configChannel=elsewhere")]
    [InlineData("tiebreaker=elsewhere")]
    [InlineData("configCheckSeconds=1")]
    [InlineData("topologyRefreshSeconds=1")]
    [InlineData("connectRetry=1")]
    [InlineData("connectTimeout=2000")]
    [InlineData("defaultDatabase=3")]
    [InlineData("highPriorityThreads=true")]
    [InlineData("keepAlive=5")]
    [InlineData("tcpKeepAlive=true")]
    [InlineData("name=shop")]
    [InlineData("preserveAsyncOrder=true")]
    [InlineData("protocol=resp2")]
    [InlineData("protocol=resp3")]
    [InlineData("resolveDns=true")]
    [InlineData("ssl=false")]
    [InlineData("sslProtocols=tls12")]
    [InlineData("checkCertificateRevocation=false")]
    [InlineData("version=7.0")]
    [InlineData("writeBuffer=4096")]
    [InlineData("setlib=false")]
    [InlineData("highIntegrity=true")]
    [InlineData("sharedSubscriptionConnection=true")]
    [InlineData("maintNotifications=disabled")]
    [InlineData("$CLIENT=")]
    [InlineData("$CONFIG=,$HELLO=,$ECHO=,$INFO=")]
    [InlineData("channelPrefix=shop:,defaultDatabase=2,protocol=resp2")]
    public async Task Messages_and_live_pushes_of_two_nodes_work_with_each_supported_setting(string setting)
    {
        var (prefix, logs) = (redis.NextPrefix(), new RecordedLogs());
        Task<TestNode> NodeAsync() => TestNode.StartAsync(
            s => s.UseRedis($"{redis.Server.EndPoint},{setting}", o => o.KeyPrefix = prefix),
            o => o.Delivery.TailCheckInterval = TimeSpan.FromHours(1), b => b.Logging.AddProvider(logs));
        await using var a = await NodeAsync();
        await using var b = await NodeAsync();
        await a.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(b, "bob", negotiate: true);
        await bob.SendAsync("user:bob", 0);

        // Tails are not compared with the store within an hour, so messages arrive only if signals are received.
        await a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
        await a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse("2") });
        await Eventually.That("both messages arrive", () => bob.Received.Count == 3);
        await a.Live.Groups.AddToGroupAsync(bob.Connection.ConnectionId!, "live");
        await bob.ReceivesLiveAsync(a.Live.Clients.User("bob"), a.Live.Clients.Group("live"));
        foreach (var to in new[] { a.Live.Clients.All, a.Live.Clients.User("bob"), a.Live.Clients.Group("live") })
            await to.Live(new());
        await Eventually.That("the live pushes arrive", () => bob.Live.Count == 3);
        await a.Groups.RemoveFromGroupAsync("bob", "ops");
        await Eventually.That("the other node applies the removal of the member", () => Record.Exception(
            () => bob.Connection.InvokeAsync("Resume", "group:ops", WsmqPosition.Start.ToString()).Wait()) is not null);
        await a.Access.BanAsync("bob");
        await Eventually.That(
            "the other node applies the ban", () => bob.Closed is not null || bob.Connection.State == HubConnectionState.Disconnected);
        var timeOuts = logs.Of(LogLevel.Warning).Where(l => l.Contains("CommandTimeout", StringComparison.Ordinal));
        timeOuts.Should().HaveCount(
            setting is "asyncTimeout=1" or "syncTimeout=1" ? 2 : 0, "each node logs once that the setting has no effect");
    }

    [Theory]
    [InlineData("proxy=Twemproxy", "proxy")]
    [InlineData("proxy=Envoyproxy", "proxy")]
    [InlineData("channelPrefix={shop}:", "channelPrefix")]
    [InlineData("channelPrefix=my shop:", "channelPrefix")]
    [InlineData("defaultDatabase=-1", "defaultDatabase")]
    [InlineData("defaultDatabase=first", "defaultdatabase")]
    [InlineData("ssl=perhaps", "ssl")]
    [InlineData("protocol=resp9", "protocol")]
    [InlineData("syncTimeout=long", "synctimeout")]
    [InlineData("$EVAL=", "$EVAL")]
    [InlineData("$PUBLISH=p2", "$PUBLISH")]
    [InlineData("$subscribe=", "$SUBSCRIBE")]
    [InlineData("$PING=pong", "$PING")]
    [InlineData("password=part,open-sesame-0815=rest", "comma")]
    [InlineData("compression=on", "does not know")]
    public void An_unsupported_or_invalid_setting_is_refused_by_name_and_no_value_is_shown(string setting, string named)
    {
        var refused = Refusal($"localhost:6379,{setting},password={Secret}");

        refused.Should().ContainEquivalentOf(named).And.NotContain(Secret).And.NotContain("rest").And.Contain("WsmqRedisOptions.Configuration");
    }

    [Theory]
    [InlineData("ssl=true", "names no server")]
    [InlineData("redis://wsmq:open-sesame-0815@localhost:6379", "host:port")]
    [InlineData("rediss://localhost", "host:port")]
    [InlineData("wsmq:open-sesame-0815@localhost", "user=")]
    [InlineData(" ", "must name a server")]
    [InlineData("Data Source=x.db", "UseSqlite")]
    [InlineData("datasource=x.db;Password=open-sesame-0815", "UseSqlite")]
    [InlineData("Filename=x.db", "connection string of a database")]
    [InlineData("Server=db;Database=shop;User Id=sa;Password=open-sesame-0815", "connection string of a database")]
    public void A_configuration_without_a_server_is_refused_with_the_correct_form(string configuration, string right) =>
        Refusal(configuration).Should().Contain(right).And.NotContain(Secret);

    [Fact]
    public async Task Settings_that_ConfigureConnection_changes_are_validated_too()
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.ConfigureConnection = c => c.Proxy = Proxy.Twemproxy)));

        refused!.Message.Should().Contain("proxy");
    }

    [Fact]
    public async Task A_database_that_the_server_does_not_have_is_refused_by_name()
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis($"{redis.Server.EndPoint},defaultDatabase=99")));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("defaultDatabase");
    }

    [Fact]
    public async Task Deployments_with_one_key_prefix_on_different_databases_or_channel_prefixes_are_isolated()
    {
        var prefix = redis.NextPrefix();
        string[] settings = ["defaultDatabase=0", "defaultDatabase=1", "defaultDatabase=2,channelPrefix=shop:"];
        var nodes = new List<TestNode>();
        var clients = new List<PlainClient>();
        foreach (var setting in settings)
        {
            nodes.Add(await TestNode.StartAsync(s => s.UseRedis($"{redis.Server.EndPoint},{setting}", o => o.KeyPrefix = prefix)));
            await nodes[^1].Groups.AddToGroupAsync("bob", "ops");
            clients.Add(await PlainClient.ConnectAsync(nodes[^1], "bob", negotiate: true));
            await clients[^1].SendAsync("user:bob", "accepted");
            await nodes[^1].Live.Groups.AddToGroupAsync(clients[^1].Connection.ConnectionId!, "g");
            await clients[^1].ReceivesLiveAsync(nodes[^1].Live.Clients.User("bob"), nodes[^1].Live.Clients.Group("g"));
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            foreach (var to in new[] { nodes[i].Live.Clients.All, nodes[i].Live.Clients.User("bob"), nodes[i].Live.Clients.Group("g") })
                await to.Live(new WsmqLiveMessage { Type = name });
            await nodes[i].Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse(name) });
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            await Eventually.That("all messages and pushes arrive", () => clients[i].Live.Count >= 3 && clients[i].Received.Count >= 2);
            clients[i].Live.Should().HaveCount(3).And.OnlyContain(m => m.Type == name);
            clients[i].Bodies.Should().BeEquivalentTo("\"accepted\"", name);
        }

        await nodes[0].Access.BanAsync("bob");
        await Eventually.That(
            "the ban closes the connection of its own deployment", () => clients[0].Connection.State == HubConnectionState.Disconnected);
        await clients[1].SendAsync("user:bob", "still there");
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var channels = (string[])(await admin.GetDatabase().ExecuteAsync("PUBSUB", "CHANNELS", $"*{prefix}:*"))!;
        channels.Should().OnlyContain(c => c.StartsWith(prefix + ":", StringComparison.Ordinal) || c.StartsWith($"shop:{prefix}:db2:", StringComparison.Ordinal));
        foreach (var client in clients)
            await client.DisposeAsync();
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    private static string Refusal(string configuration) =>
        new StoreOptionsValidation().Validate(null, new WsmqRedisOptions { Configuration = configuration }).FailureMessage ?? string.Empty;
}
