using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Nodes;

/// <summary>An old primary that comes back as one while the sentinels have replaced it.</summary>
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

        output.WriteLine($"{before} receipts until the old one was back, {senders.Count + others.Count - before} since");
        (await redis.PrimaryAsync()).Should().Be(primary);
        await senders.SinceIsInAsync(a);
        await others.SinceIsInAsync(a);
    }
}

/// <summary>It was killed, and starts with what it had on disk. A class of its own, to run beside the other.</summary>
public sealed class KilledPrimaryReturnTests(ITestOutputHelper output) : SentinelReturnContract(output)
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public Task Nothing_is_appended_there(int seed) => NothingIsAppendedThereAsync(seed, kill: true);
}

/// <summary>It stood still, and goes on as if nothing had been.</summary>
public sealed class PausedPrimaryReturnTests(ITestOutputHelper output) : SentinelReturnContract(output)
{
    [Theory]
    [InlineData(23)]
    [InlineData(24)]
    public Task Nothing_is_appended_there(int seed) => NothingIsAppendedThereAsync(seed, kill: false);
}
