using Wsmq.Tests.Support;


namespace Wsmq.Tests.Stores;

/// <summary>Errors at the start of the app about sentinels that name no primary or are unreachable.</summary>
public sealed class SentinelStartTests
{
    private const string Short = ",connectTimeout=1000,connectRetry=1";

    [Fact]
    public async Task Sentinels_that_lack_the_service_or_are_unreachable_are_named_and_one_reachable_sentinel_is_enough()
    {
        await using var redis = await SentinelRedis.StartAsync();
        var servers = string.Join(", ", redis.Sentinels.Select(s => s.EndPoint));

        var wrong = await RefusedAsync(redis.Configuration.Replace($"={SentinelRedis.ServiceName}", "=orders", StringComparison.Ordinal));
        wrong.Should().Contain("name no primary").And.Contain("serviceName=orders").And.Contain(servers);

        var none = await RefusedAsync($"{redis.Servers[0].EndPoint},serviceName={SentinelRedis.ServiceName}");
        none.Should().Contain("sentinels").And.Contain(redis.Servers[0].EndPoint, "it is not a sentinel");

        foreach (var sentinel in redis.Sentinels.Skip(1))
            await sentinel.StopAsync(kill: true);
        await using (var node = await TestNode.StartAsync(s => s.UseRedis(redis.Configuration)))
        await using (var bob = await PlainClient.ConnectAsync(node, "bob"))
        {
            await bob.SendAsync("user:bob", 1);
            await bob.ReceivesAsync("1");
        }

        await redis.Sentinels[0].StopAsync(kill: true);
        var away = await RefusedAsync(redis.Configuration + Short);
        away.Should().Contain($"No sentinel at {servers} can be reached");
    }

    private static async Task<string> RefusedAsync(string configuration)
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis(configuration)));
        return refused.Should().BeOfType<InvalidOperationException>().Which.Message;
    }
}
