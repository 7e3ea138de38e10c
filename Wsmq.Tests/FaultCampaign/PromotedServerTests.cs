using Wsmq.Testing;

namespace Wsmq.Tests.FaultCampaign;

public sealed class PromotedServerTests
{
    [Fact]
    public async Task A_replica_that_was_promoted_is_a_primary_after_a_restart()
    {
        await using var redis = await ReplicatedRedis.StartWithProxyAsync();
        await redis.FailOverAsync();

        await redis.Primary.RestartAsync(kill: true);

        (await redis.Primary.CommandAsync("ROLE")).Should().Contain("master");
        await redis.AddReplicaAsync();
    }
}
