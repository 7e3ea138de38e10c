using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>An old primary that is available again, still as a primary, after the sentinels have replaced it.</summary>
public abstract class SentinelReturnContract(ITestOutputHelper output)
{
    private protected async Task NothingIsAppendedThereAsync(int seed, bool kill)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var redis = await SentinelRedis.StartAsync();
        await using var a = await SentinelFailoverTests.StartAsync(redis);
        await using var b = await SentinelFailoverTests.StartAsync(redis);
        var old = redis.Servers[0];
        var senders = new Senders(a.Publisher, ["user:u0", "user:u1", "user:u2"], output);
        var others = new Senders(b.Publisher, ["user:u1", "user:u3"], output);
        await Task.WhenAll(senders.MoreAsync(random.Next(1, 200)), others.MoreAsync(random.Next(1, 200)));

        if (kill)
            await old.StopAsync(kill: true);
        else
            old.Pause();
        var primary = await redis.FailedOverAsync(old);
        await Task.WhenAll(senders.MoreAsync(random.Next(1, 200)), others.MoreAsync(random.Next(1, 200)));
        var before = senders.Count + others.Count;
        senders.Mark();
        others.Mark();
        if (kill)
            await old.RestartAsync();
        else
            old.Continue();
        await Senders.GoOnUntilItIsAReplicaAsync(old, senders, others);

        output.WriteLine($"{before} receipts until the old primary was available again, {senders.Count + others.Count - before} since");
        (await redis.PrimaryAsync()).Should().Be(primary);
        await senders.SinceIsInAsync(a);
        await others.SinceIsInAsync(a);
    }
}

/// <summary>The primary was killed, and restarts with its data on disk. A separate class, to run in parallel with the other.</summary>
public sealed class KilledPrimaryReturnTests(ITestOutputHelper output) : SentinelReturnContract(output)
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public Task Nothing_is_appended_to_a_killed_primary_that_restarts_after_its_failover(int seed) =>
        NothingIsAppendedThereAsync(seed, kill: true);
}

/// <summary>The primary was paused, and resumes as the primary that it was.</summary>
public sealed class PausedPrimaryReturnTests(ITestOutputHelper output) : SentinelReturnContract(output)
{
    [Theory]
    [InlineData(23)]
    [InlineData(24)]
    public Task Nothing_is_appended_to_a_paused_primary_that_resumes_after_its_failover(int seed) =>
        NothingIsAppendedThereAsync(seed, kill: false);
}
