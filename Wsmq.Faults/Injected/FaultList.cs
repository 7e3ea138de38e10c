using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>Every kind of fault.</summary>
internal static class FaultList
{
    public static readonly IReadOnlyList<Fault> All =
    [
        new RedisKill(), new RedisPause(), new RedisFull(), new PubSubKill(), new CommandKill(), new ClockStep(),
        new Failover(), new ClusterFailover(), new ClusterMigrate(), new SentinelKill(), new SentinelPause(),
        new NodeKill(), new NodesKill(), new NodePause(), new RollingRestart(), new Stampede(), new WorkerKill(), new WorkerPause(),
        new NetCut(), new NetSlow(), new NetOneWay(), new NetHalfOpen(),
        new ClientCut(), new ClientHalfOpen(), new SlowReader(), new StoppedReader(), new ThrowingHandler(),
        new SqliteLocked(), new DiskFull(),
    ];

    public static string[] Names => [.. All.Select(f => f.Name)];

    public static Fault[] On(string store) => [.. All.Where(f => f.Stores.Contains(store))];

    /// <summary>A store that all of these faults apply to; null if there is none.</summary>
    public static string? StoreFor(IReadOnlyCollection<string> names) =>
        Array.Find(StoreName.All, store => names.All(name => On(store).Any(f => f.Name == name)));
}
