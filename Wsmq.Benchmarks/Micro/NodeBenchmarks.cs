using BenchmarkDotNet.Attributes;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Micro;

/// <summary>
/// Messages that are sent at once through a whole node, see <see cref="NodeTrip"/>; the figures are for all of them. It is the allocations
/// that count: the time is rounded up.
/// </summary>
[MemoryDiagnoser]
public class NodeBenchmarks
{
    private readonly TempFolder _folder = new();
    private RedisServer? _redis;
    private NodeTrip _trip = null!;

    /// <summary>The number of messages that are sent at once.</summary>
    [Params(1, 256)]
    public int Batch { get; set; }

    /// <summary>Starts a Redis and a node.</summary>
    [GlobalSetup(Target = nameof(Redis))]
    public async Task StartRedisAsync()
    {
        _redis = await RedisDeployment.StartServerAsync();
        _trip = await NodeTrip.StartAsync(_redis.EndPoint, sqlite: null);
    }

    /// <summary>Starts a node with a database.</summary>
    [GlobalSetup(Target = nameof(Sqlite))]
    public async Task StartSqliteAsync() => _trip = await NodeTrip.StartAsync(redis: null, _folder.File("wsmq.db"));

    /// <summary>Stops what was started.</summary>
    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _trip.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A node on Redis.</summary>
    [Benchmark]
    public void Redis() => _trip.Send(Batch);

    /// <summary>A node with the embedded store.</summary>
    [Benchmark]
    public void Sqlite() => _trip.Send(Batch);
}
