using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// Two nodes and a Redis for each peer, started when first needed, and stopped at the end. With one Redis for both peers, it would still
/// expire what wsmq left in it, and rewrite its file, while stock is measured.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    private const int NodesOfEach = 2;

    private readonly Dictionary<string, NodeProcess[]> _nodes = [];
    private readonly Dictionary<string, RedisServer> _redis = [];

    /// <summary>The peer's nodes, warm once they carried load.</summary>
    public async Task<NodeProcess[]> NodesAsync(Peer peer)
    {
        if (_nodes.TryGetValue(peer.Name, out var nodes))
            return nodes;
        Progress.Say($"starting {NodesOfEach} {peer.Name} nodes");
        return _nodes[peer.Name] = await NodeProcess.StartManyAsync(NodesOfEach, NodeCommand.StartOf(peer.Name, NodeCommand.RedisOption, (await RedisAsync(peer)).EndPoint));
    }

    /// <summary>A new node for the caller alone, without previous connections.</summary>
    public async Task<NodeProcess> FreshNodeAsync(Peer peer, params string[] arguments) =>
        await NodeProcess.StartAsync(NodeCommand.StartOf([peer.Name, NodeCommand.RedisOption, (await RedisAsync(peer)).EndPoint, .. arguments]));

    public async Task<CpuMeter> CpuOfAsync(Peer peer) =>
        new([.. (await NodesAsync(peer)).Select(n => n.ProcessId)], [(await RedisAsync(peer)).ProcessId!.Value]);

    public async Task<RedisServer> RedisAsync(Peer peer) =>
        _redis.TryGetValue(peer.Name, out var redis) ? redis : _redis[peer.Name] = await RedisDeployment.StartServerAsync();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Values.SelectMany(n => n).Select(n => n.DisposeAsync().AsTask()));
        foreach (var redis in _redis.Values)
            await redis.DisposeAsync();
    }
}
