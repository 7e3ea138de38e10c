using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Tests.Support;

/// <summary>A slot that moves from one shard of a Cluster to another, key by key as the test says.</summary>
internal sealed class MovingSlot : IAsyncDisposable
{
    private const int MostKeys = 10_000;

    private readonly ConnectionMultiplexer _connection;
    private readonly IServer _source;
    private readonly IServer _target;
    private readonly int _targetPort;
    private readonly int _slot;
    private bool _hasMoved;

    private MovingSlot(ConnectionMultiplexer connection, IServer source, RedisServer target, int slot)
    {
        (_connection, _source, _slot) = (connection, source, slot);
        (_target, _targetPort) = (connection.GetServer(target.EndPoint), target.Port);
    }

    /// <summary>Begins to move the slot of a key that exists.</summary>
    public static async Task<MovingSlot> BeginAsync(SharedCluster cluster, RedisKey key)
    {
        var connection = await AdminConnection.OpenAsync(cluster.EndPoints);
        var servers = cluster.Servers.Select(s => connection.GetServer(s.EndPoint)).ToArray();
        var slot = (int)await servers[0].ExecuteAsync("CLUSTER", "KEYSLOT", (string)key!);
        var counts = await Task.WhenAll(servers.Select(async s => (long)await s.ExecuteAsync("CLUSTER", "COUNTKEYSINSLOT", slot)));
        var at = Array.FindIndex(counts, c => c > 0);
        var moving = new MovingSlot(connection, servers[at], cluster.Servers[(at + 1) % servers.Length], slot);
        await moving._target.ExecuteAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", await IdAsync(moving._source));
        await moving._source.ExecuteAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", await IdAsync(moving._target));
        return moving;
    }

    /// <summary>Moves those keys of the slot that a test selects; returns their number.</summary>
    public async Task<int> MoveAsync(Func<string, bool> which)
    {
        var all = (RedisResult[])(await _source.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", _slot, MostKeys))!;
        var keys = Array.FindAll(Array.ConvertAll(all, k => (string)k!), k => which(k));
        if (keys.Length > 0)
        {
            object[] arguments = ["127.0.0.1", _targetPort.ToString(CultureInfo.InvariantCulture), "", 0, 60_000, "KEYS", .. keys];
            await _source.ExecuteAsync("MIGRATE", arguments);
        }

        return keys.Length;
    }

    /// <summary>Moves all that is left, and the slot.</summary>
    public async Task EndAsync()
    {
        if (_hasMoved)
            return;
        await MoveAsync(_ => true);
        await _target.ExecuteAsync("CLUSTER", "SETSLOT", _slot, "NODE", await IdAsync(_target));
        await _source.ExecuteAsync("CLUSTER", "SETSLOT", _slot, "NODE", await IdAsync(_target));
        _hasMoved = true;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<string> IdAsync(IServer server) => (string)(await server.ExecuteAsync("CLUSTER", "MYID"))!;
}
