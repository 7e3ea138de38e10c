using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>A primary that the sentinels replace: sends, signals and live pushes move to the new one.</summary>
public sealed class SentinelFailoverTests(ITestOutputHelper output)
{
    // A node notices a failover within seconds. The driver alone took more than a minute when the primary was paused.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    internal static Task<TestNode> StartAsync(SentinelRedis redis, RecordedLogs? logs = null) => TestNode.StartAsync(
        s => s.UseRedis(redis.Configuration, o => o.CommandTimeout = TimeSpan.FromSeconds(2)),
        o => (o.Publish.SendTimeout, o.Delivery.TailCheckInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        b => b.Logging.AddProvider(logs ?? new RecordedLogs()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sends_and_signals_move_to_the_primary_that_the_sentinels_name(bool kill)
    {
        await using var redis = await SentinelRedis.StartAsync();
        var logs = new RecordedLogs();
        await using var a = await StartAsync(redis, logs);
        await using var b = await StartAsync(redis);
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        var senders = new Senders(b.Publisher, ["user:bob"], output);
        await senders.MoreAsync(5);

        // Wait until the connection is accepted: one that is not accepted yet would be closed with store-unavailable.
        await Eventually.That("messages arrive", () => bob.Received.Count > 0);

        if (kill)
            await redis.Servers[0].StopAsync(kill: true);
        else
            redis.Servers[0].Pause();
        await redis.FailedOverAsync(redis.Servers[0]);
        var since = Stopwatch.StartNew();
        await senders.MoreAsync(5);
        await senders.StopAsync();

        await Eventually.That(
            "every message with a receipt arrives by its signal", () => senders.Last.All(id => bob.Bodies.Contains($"\"{id}\"")));
        output.WriteLine($"signals are received {since.Elapsed.TotalSeconds:0.0} s after the failover");
        since.Elapsed.Should().BeLessThan(Soon);
        await Eventually.That("the nodes answer each other", async () =>
            await a.Services.GetRequiredService<IWsmqNodes>().ListAsync() is { IsComplete: true, Nodes.Count: 2 });
        logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("The sentinels name", StringComparison.Ordinal));
        if (!kill)
            redis.Servers[0].Continue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Live_pushes_move_to_the_new_primary_and_stay_there_when_the_old_one_is_available_again(bool kill)
    {
        await using var redis = await SentinelRedis.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        var old = redis.Servers[0];

        // Wait until the connection is accepted: one that is not accepted yet would be closed with store-unavailable.
        await bob.SendAsync("user:bob", "accepted");
        await PushesComeAsync("before");

        if (kill)
            await old.StopAsync(kill: true);
        else
            old.Pause();
        var primary = await redis.FailedOverAsync(old);
        var since = Stopwatch.StartNew();
        await PushesComeAsync("after the failover");
        output.WriteLine($"live pushes are received {since.Elapsed.TotalSeconds:0.0} s after the failover");
        since.Elapsed.Should().BeLessThan(Soon);
        if (kill)
            await old.RestartAsync();
        else
            old.Continue();
        await PushesComeAsync("after the old primary is available again");
        await Eventually.That("the live plane of both nodes is connected to the new primary", async () =>
            (await primary.CommandAsync("CLIENT LIST")).Split("name=wsmq-live").Length > 2);
        await Eventually.That("no live connection to the old primary is left", async () =>
            await old.CommandAsync("CLIENT LIST") is ['$', ..] clients && !clients.Contains("name=wsmq-live", StringComparison.Ordinal));

        async Task PushesComeAsync(string when)
        {
            var before = bob.Live.Count;
            await Eventually.That($"pushes arrive {when}", async () =>
                await Record.ExceptionAsync(() => b.Live.Clients.User("bob").Live(new())) is null && bob.Live.Count > before);
        }
    }
}
