using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Compare;

/// <summary>One Redis and two nodes of each peer, started when they are first needed, and then up to the end.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private const int NodesOfEach = 2;

    private readonly Dictionary<string, NodeProcess[]> _nodes = [];
    private RedisProcess? _redis;

    public async Task<RedisProcess> RedisAsync() => _redis ??= await RedisProcess.StartAsync();

    /// <summary>The peer's nodes, warm once they carried load.</summary>
    public async Task<NodeProcess[]> NodesAsync(Peer peer)
    {
        if (_nodes.TryGetValue(peer.Name, out var nodes))
            return nodes;
        Progress.Say($"starting {NodesOfEach} {peer.Name} nodes");
        return _nodes[peer.Name] = await NodeProcess.StartManyAsync(NodesOfEach, peer.Name, NodeCommand.RedisOption, (await RedisAsync()).EndPoint);
    }

    /// <summary>A node of the caller's own, which nothing has been connected to.</summary>
    public async Task<NodeProcess> FreshNodeAsync(Peer peer) =>
        await NodeProcess.StartAsync(peer.Name, NodeCommand.RedisOption, (await RedisAsync()).EndPoint);

    public async Task<CpuMeter> CpuOfAsync(Peer peer) =>
        new([.. (await NodesAsync(peer)).Select(n => n.ProcessId)], [(await RedisAsync()).ProcessId]);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Values.SelectMany(n => n).Select(n => n.DisposeAsync().AsTask()));
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}
