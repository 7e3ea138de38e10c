namespace Wsmq.Tests.Support;

public sealed class SentinelRedisTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sentinels_name_the_replica_once_the_primary_is_killed_or_paused(bool kill)
    {
        await using var redis = await SentinelRedis.StartAsync();
        var first = redis.Servers[0];
        (await redis.PrimaryAsync()).Should().Be(first);
        if (kill)
            await first.StopAsync(kill: true);
        else
            first.Pause();

        (await redis.FailedOverAsync(first)).Should().Be(redis.Servers[1]);
    }
}
