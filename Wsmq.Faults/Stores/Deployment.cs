using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>A store with its nodes, and the lines between them.</summary>
internal abstract class Deployment(string folder, Timings timings) : IAsyncDisposable
{
    private readonly List<Node> _nodes = [];
    private int _next;

    /// <summary>One of <see cref="StoreName"/>.</summary>
    public abstract string Name { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The lines through which nodes reach the store; none where it is a part of the node.</summary>
    public abstract IReadOnlyList<TcpProxy> Lines { get; }

    /// <summary>One that nodes use at the moment.</summary>
    public virtual TcpProxy AnyLine(Random random) => Lines[random.Next(Lines.Count)];

    protected string Folder => folder;

    protected Timings Timings => timings;

    public static Deployment Create(string store, string folder, Timings timings) => store switch
    {
        StoreName.Redis => new SingleRedis(folder, timings),
        StoreName.Replica => new ReplicatedRedis(folder, timings, receipts: false),
        StoreName.Receipts => new ReplicatedRedis(folder, timings, receipts: true),
        StoreName.Cluster => new RedisClusterStore(folder, timings),
        StoreName.Sentinel => new SentinelStore(folder, timings),
        _ => new SqliteFile(folder, timings),
    };

    public abstract Task StartAsync(int nodes);

    /// <summary>Where a new connection of a client goes: to one node after another, but to none that is known to be down.</summary>
    public Uri NextNode()
    {
        for (var attempt = 0; attempt < _nodes.Count; attempt++)
        {
            if (_nodes[(int)((uint)Interlocked.Increment(ref _next) % _nodes.Count)].Address is { } address)
                return address;
        }

        // Nobody listens at the port for discarding.
        return new Uri("http://127.0.0.1:9");
    }

    /// <summary>Subscriptions that the store's servers have, where they can be counted.</summary>
    public virtual Task<int> SubscriptionsAsync() => Task.FromResult(0);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await DisposeStoreAsync();
    }

    protected abstract ValueTask DisposeStoreAsync();

    protected Task StartNodesAsync(IEnumerable<NodeSettings> settings, params string[] prefix)
    {
        _nodes.AddRange(settings.Select((s, i) => new Node($"node{i + 1}", prefix, s, folder)));
        return Task.WhenAll(_nodes.Select(n => n.StartAsync()));
    }
}

internal static class StoreName
{
    public const string Redis = "redis";
    public const string Replica = "replica";

    /// <summary>The same, and receipts wait for the replica.</summary>
    public const string Receipts = "receipts";
    public const string Cluster = "cluster";
    public const string Sentinel = "sentinel";
    public const string Sqlite = "sqlite";

    public static readonly string[] All = [Redis, Sqlite, Replica, Cluster, Receipts, Sentinel];

    /// <summary>All with a Redis whose master takes writes alone.</summary>
    public static readonly string[] OneMaster = [Redis, Replica, Receipts, Sentinel];
}
