using Wsmq.Tests.Support;

namespace Wsmq.Tests.Logs;

/// <summary>What the tail of a log costs Redis.</summary>
public sealed class TailLoadTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    [Fact]
    public async Task A_silent_tail_reads_nothing()
    {
        await using var node = await OperatorNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix()),
            o => (o.Access.CheckInterval, o.Endpoint.StreamKeepAlive) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)));
        await using var tail = await node.Admin.StreamAsync("/addresses/user:quiet/events");
        await Eventually.That("the stream has begun", () => tail.Raw.Contains("\n\n", StringComparison.Ordinal));
        await using var monitor = await RedisMonitor.StartAsync(redis.Server);

        await Eventually.That("a comment arrives", () => tail.Raw.Contains("\n:\n", StringComparison.Ordinal));
        await monitor.SeesAllAsync(redis.Server);
        ReadsOf(monitor).Should().Be(0);

        await node.SendAsync("user:quiet");
        await Eventually.That("it arrives", () => tail.Messages.Any());
        await monitor.SeesAllAsync(redis.Server);
        ReadsOf(monitor).Should().BePositive("what is read otherwise is seen");
    }

    private static int ReadsOf(RedisMonitor monitor) => monitor.Scripts.SelectMany(s => s)
        .Count(command => command[0] is "XRANGE" && command[1].EndsWith("user:quiet", StringComparison.Ordinal));
}
