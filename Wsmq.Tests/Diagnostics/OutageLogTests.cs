using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Diagnostics;

/// <summary>What a node with traffic logs while Redis is unavailable: each kind of failure once, and its count at the end.</summary>
public sealed class OutageLogTests(ITestOutputHelper output)
{
    private const int Users = 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_kind_of_failure_in_an_outage_is_logged_once_and_counted_at_its_end(bool kill)
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        var logs = new RecordedLogs();
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint, o => o.CommandTimeout = TimeSpan.FromSeconds(3)),
            o => (o.Publish.SendTimeout, o.Delivery.TailCheckInterval, o.Delivery.StoreUnavailableAfter) =
                (TimeSpan.FromSeconds(6), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(4)),
            b => b.Logging.AddProvider(logs));
        var clients = await Task.WhenAll(Enumerable.Range(0, Users).Select(i => PlainClient.ConnectAsync(node, $"u{i}")));
        await Task.WhenAll(Enumerable.Range(0, Users).Select(i => clients[i].SendAsync($"user:u{i}", "before")));
        await Eventually.That("the messages arrive", () => clients.All(c => c.Received.Count == 1));

        if (kill)
            await redis.StopAsync(kill: true);
        else
            redis.Pause();
        var failed = 0;
        var sends = Enumerable.Range(0, Users).Select(async i =>
        {
            while (failed < 3 * Users)
            {
                await FluentActions.Awaiting(() => clients[i].SendAsync($"user:u{i}", "in the outage")).Should().ThrowAsync<Exception>();
                Interlocked.Increment(ref failed);
            }
        });
        await Task.WhenAll(sends);
        if (kill)
            await redis.RestartAsync();
        else
            redis.Continue();
        await Eventually.That("the store is available again", () =>
            logs.All.Any(l => l.StartsWith("The store is available again", StringComparison.Ordinal)));
        foreach (var client in clients)
            await client.DisposeAsync();

        var lines = logs.Of(LogLevel.Warning).Concat(logs.Of(LogLevel.Error)).ToArray();
        output.WriteLine($"{lines.Length} lines, {lines.Sum(l => l.Split('\n').Length)} with their stack traces");
        foreach (var line in lines)
            output.WriteLine(line.Split('\n')[0]);
        var counts = lines.Where(l => l.StartsWith("Event ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]);
        counts.Should().NotBeEmpty().And.OnlyHaveUniqueItems();
        lines.Where(l => !l.StartsWith("Event ", StringComparison.Ordinal)).Select(l => l[..16]).Should().OnlyHaveUniqueItems();
    }
}
