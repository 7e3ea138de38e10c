using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>A store with its nodes, and the proxies between them.</summary>
internal abstract class Deployment(string folder, Timings timings) : IAsyncDisposable
{
    private readonly List<Node> _nodes = [];
    private int _next;

    /// <summary>One of <see cref="StoreName"/>.</summary>
    public abstract string Name { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>To which the workers in the nodes report; to be set before the start.</summary>
    public Uri? Jobs { get; set; }

    /// <summary>The proxies through which nodes reach the store; none for the embedded store.</summary>
    public abstract IReadOnlyList<TcpProxy> Lines { get; }

    /// <summary>A proxy that nodes currently use.</summary>
    public virtual TcpProxy AnyLine(Random random) => Lines[random.Next(Lines.Count)];

    protected string Folder => folder;

    protected Timings Timings => timings;

    public static Deployment Create(string store, string folder, Timings timings) => store switch
    {
        StoreName.Redis => new SingleRedis(folder, timings),
        StoreName.Replica => new ReplicatedStore(folder, timings, receipts: false),
        StoreName.Receipts => new ReplicatedStore(folder, timings, receipts: true),
        StoreName.Cluster => new ClusterStore(folder, timings),
        StoreName.Sentinel => new SentinelStore(folder, timings),
        _ => new SqliteFile(folder, timings),
    };

    public abstract Task StartAsync(int nodes);

    /// <summary>The node for a client's new connection: the nodes in turn, without those that are known to be down.</summary>
    public Uri NextNode()
    {
        for (var attempt = 0; attempt < _nodes.Count; attempt++)
        {
            if (_nodes[(int)((uint)Interlocked.Increment(ref _next) % _nodes.Count)].Address is { } address)
                return address;
        }

        // The discard port, where no server listens.
        return new Uri("http://127.0.0.1:9");
    }

    /// <summary>The number of subscriptions at the store's servers; 0 if they cannot be counted.</summary>
    public virtual Task<int> SubscriptionsAsync() => Task.FromResult(0);

    /// <summary>The number of entries in journals; 0 if the store has none, or they cannot be counted.</summary>
    public virtual Task<int> JournaledAsync() => Task.FromResult(0);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await DisposeStoreAsync();
    }

    protected abstract ValueTask DisposeStoreAsync();

    protected Task StartNodesAsync(IEnumerable<NodeSettings> settings, params string[] prefix)
    {
        _nodes.AddRange(settings.Select((s, i) => new Node($"node{i + 1}", prefix, s with { Jobs = Jobs, Ticks = true }, folder)));
        return Task.WhenAll(_nodes.Select(n => n.StartAsync()));
    }
}

internal static class StoreName
{
    public const string Redis = "redis";
    public const string Replica = "replica";

    /// <summary>A Redis with a replica, with receipts that wait for the replica.</summary>
    public const string Receipts = "receipts";
    public const string Cluster = "cluster";
    public const string Sentinel = "sentinel";
    public const string Sqlite = "sqlite";

    public static readonly string[] All = [Redis, Sqlite, Replica, Cluster, Receipts, Sentinel];

    /// <summary>All stores with a Redis of which a single primary accepts all writes.</summary>
    public static readonly string[] OnePrimary = [Redis, Replica, Receipts, Sentinel];
}
