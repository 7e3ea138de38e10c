using System.Globalization;

namespace Wsmq.Tests.Support;

/// <summary>One Redis primary and its replica for all tests of a class.</summary>
public sealed class SharedReplicatedRedis : IAsyncLifetime
{
    private ReplicatedRedis? _redis;
    private int _prefixes;

    public ReplicatedRedis Redis => _redis ?? throw new InvalidOperationException("The shared servers were not started.");

    /// <summary>A unique key prefix.</summary>
    public string NextPrefix() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _prefixes)}");

    public async Task InitializeAsync() => _redis = await ReplicatedRedis.StartAsync();

    public async Task DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}
