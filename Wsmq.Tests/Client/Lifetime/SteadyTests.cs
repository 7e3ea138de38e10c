using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>The typed client on an unreliable connection: cuts, half-open connections, hanging handlers, a long outage.</summary>
[Collection(SharedRedis.Name)]
public sealed class SteadyTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private readonly TempFolder _folder = new();
    private TestNode? _node;
    private TcpProxy? _line;

    private TestNode Node => _node!;

    private TcpProxy Line => _line!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_line is not null)
            await _line.DisposeAsync();
        if (_node is not null)
            await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handled_message_is_not_delivered_again_after_each_cut(bool onRedis)
    {
        await StartAsync(onRedis);
        await using var bob = await TypedClient.StartAsync(Line.Hub, "bob");
        await Node.Publisher.SendAsync(Bob, new Number(1));
        await bob.HandlesAsync([1]);
        for (var round = 2; round <= 4; round++)
        {
            Line.Cut();
            await Eventually.That("the client has reconnected", () => bob.States.Count(s => s == WsmqClientState.Connected) == round);
        }

        await Node.Publisher.SendAsync(Bob, new Number(2));

        await bob.HandlesAsync([1, 2]);
        bob.Calls.Should().Be(2);
        bob.Gaps.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_outlasts_its_connection_is_called_once_and_its_message_is_acknowledged(bool onRedis)
    {
        await StartAsync(onRedis);
        var go = new TaskCompletionSource();
        await using (var bob = await TypedClient.StartAsync(Line.Hub, "bob", n => n.Value == 1 ? go.Task : Task.CompletedTask))
        {
            await Node.Publisher.SendAsync(Bob, new Number(1));
            await Eventually.That("it is being handled", () => bob.Calls == 1);
            Line.Cut();
            await Eventually.That("the client has reconnected", () => bob.States.Count(s => s == WsmqClientState.Connected) == 2);
            await Node.Publisher.SendAsync(Bob, new Number(2));
            go.SetResult();
            await bob.HandlesAsync([1, 2]);
            bob.Calls.Should().Be(2);
        }

        await Node.Publisher.SendAsync(Bob, new Number(3));
        await using var next = await TypedClient.StartAsync(Node.Hub, "bob");
        await next.HandlesAsync([3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_half_open_connection_of_the_same_device_costs_the_new_one_no_messages_or_attempts(bool onRedis)
    {
        await StartAsync(onRedis, o => o.DeadLetters.MaxSilentAttempts = 1);
        await using var old = PlainClient.Create(Line.Hub, TestTokens.For("bob"), ack: false);
        await old.Connection.StartAsync();
        await Node.Publisher.SendAsync(Bob, new Number(0));
        await Eventually.That("the old connection has received it", () => old.Received.Count == 1);
        Line.Conditions.Hold(up: true, down: true);

        await using (var bob = await TypedClient.StartAsync(Node.Hub, "bob"))
        {
            for (var i = 1; i <= 5; i++)
                await Node.Publisher.SendAsync(Bob, new Number(i));
            await bob.HandlesAsync(Enumerable.Range(0, 6));
            bob.Gaps.Should().BeEmpty();
        }

        (await Node.Services.GetRequiredService<IWsmqDeadLetters>().ListAsync("bob")).Should().BeEmpty();
        Line.Conditions.Clear();
    }

    [Fact]
    public async Task Hanging_handlers_delay_only_their_own_groups()
    {
        await StartAsync(onRedis: false);
        string[] groups = ["a", "b", "c", "d", "e"];
        foreach (var group in groups)
            await Node.Groups.AddToGroupAsync("bob", group);
        var go = new TaskCompletionSource();
        var handled = new ConcurrentDictionary<string, int>();
        await using var bob = new TypedClient(Node.Hub, "bob", null);
        bob.Client.On<Number>(async (message, ct) =>
        {
            // Two in-flight windows of 256, which is less than the connection's 1,024.
            if (message.Source == WsmqAddress.Group("a") || message.Source == WsmqAddress.Group("b"))
                await go.Task.WaitAsync(ct);
            handled.AddOrUpdate(message.Source.ToString(), 1, (_, count) => count + 1);
        });
        await bob.Client.StartAsync();

        const int Each = 300;
        foreach (var to in groups.Select(WsmqAddress.Group).Append(Bob))
            await Task.WhenAll(Enumerable.Range(0, Each).Select(i => Node.Publisher.SendAsync(to, new Number(i))));

        await Eventually.That("the other sources are handled", () => handled.GetValueOrDefault("group:e") == Each && handled.GetValueOrDefault("user:bob") == Each);
        (await bob.SendAsync("user:carol", 1)).Duplicate.Should().BeFalse();
        go.SetResult();
        await Eventually.That("all are handled", () => handled.Values.Sum() == 6 * Each);
    }

    [Fact]
    public async Task An_outage_writes_a_few_log_lines_however_long_it_lasts()
    {
        var logs = new RecordedLogs();
        using var loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddProvider(logs));
        await StartAsync(onRedis: false);
        var failures = 0;
        await using var bob = await TypedClient.StartAsync(Line.Hub, "bob", configure: o => o.LoggerFactory = loggers);
        bob.Client.ConnectFailed += (_, e) => failures = e.Attempts;

        Line.Refuses = true;
        Line.Cut();
        await Eventually.That("it has tried often", () => failures >= 20);
        Line.Refuses = false;
        await Eventually.That("the client has reconnected", () => bob.States.Count(s => s == WsmqClientState.Connected) == 2);

        logs.Of(LogLevel.Warning).Concat(logs.Of(LogLevel.Error)).Should().HaveCountLessThan(6);
        logs.Of(LogLevel.Information).Should().ContainSingle(l => l.StartsWith("Connected after ", StringComparison.Ordinal));
    }

    private async Task StartAsync(bool onRedis, Action<WsmqOptions>? options = null)
    {
        _node = await TestNode.StartAsync(
            s => _ = onRedis ? s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix()) : s.UseSqlite(_folder.File("wsmq.db")), options);
        _line = new TcpProxy(_node.Address);
    }
}
