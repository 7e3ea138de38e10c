using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Nodes;

/// <summary>A primary that the sentinels replace: what is sent and heard follows.</summary>
public sealed class SentinelFailoverTests(ITestOutputHelper output)
{
    // A node notices within seconds. The driver alone, of a primary that was paused, took more than a minute.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    internal static Task<TestNode> StartAsync(SentinelRedis redis, RecordedLogs? logs = null) => TestNode.StartAsync(
        s => s.UseRedis(redis.Configuration, o => o.CommandTimeout = TimeSpan.FromSeconds(2)),
        o => (o.SendTimeout, o.TailCheckInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        b => b.Logging.AddProvider(logs ?? new RecordedLogs()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sends_and_signals_follow_to_the_primary_that_the_sentinels_name(bool kill)
    {
        await using var redis = await SentinelRedis.StartAsync();
        var logs = new RecordedLogs();
        await using var a = await StartAsync(redis, logs);
        await using var b = await StartAsync(redis);
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        var senders = new Senders(b.Publisher, ["user:bob"], output);
        await senders.MoreAsync(5);

        // Let in by now: a connection that is not yet would be closed with the store.
        await Eventually.That("messages come", () => bob.Received.Count > 0);

        if (kill)
            await redis.Servers[0].StopAsync(kill: true);
        else
            redis.Servers[0].Pause();
        await redis.FailedOverAsync(redis.Servers[0]);
        var since = Stopwatch.StartNew();
        await senders.MoreAsync(5);
        await senders.StopAsync();

        await Eventually.That("all that has a receipt since then comes by its signal", () => senders.Last.All(id => bob.Bodies.Contains($"\"{id}\"")));
        output.WriteLine($"signals are heard {since.Elapsed.TotalSeconds:0.0} s after the failover");
        since.Elapsed.Should().BeLessThan(Soon);
        logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("The sentinels name", StringComparison.Ordinal));
        if (!kill)
            redis.Servers[0].Continue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Live_pushes_follow_and_stay_when_the_old_primary_comes_back(bool kill)
    {
        await using var redis = await SentinelRedis.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        var old = redis.Servers[0];

        // Let in by now: a connection that is not yet would be closed with the store.
        await bob.SendAsync("user:bob", "let in");
        await PushesComeAsync("before");

        if (kill)
            await old.StopAsync(kill: true);
        else
            old.Pause();
        var primary = await redis.FailedOverAsync(old);
        var since = Stopwatch.StartNew();
        await PushesComeAsync("after the failover");
        output.WriteLine($"live pushes are heard {since.Elapsed.TotalSeconds:0.0} s after the failover");
        since.Elapsed.Should().BeLessThan(Soon);
        if (kill)
            await old.RestartAsync();
        else
            old.Continue();
        await PushesComeAsync("after it is back");
        await Eventually.That("the live plane of both nodes is at the new primary", async () =>
            (await primary.CommandAsync("CLIENT LIST")).Split("name=wsmq-live").Length > 2);
        await Eventually.That("nothing of it stays at the old one", async () =>
            await old.CommandAsync("CLIENT LIST") is ['$', ..] clients && !clients.Contains("name=wsmq-live", StringComparison.Ordinal));

        async Task PushesComeAsync(string when)
        {
            var before = bob.Live.Count;
            await Eventually.That($"pushes come {when}", async () =>
                await Record.ExceptionAsync(() => b.Live.Clients.User("bob").Live(new())) is null && bob.Live.Count > before);
        }
    }
}
