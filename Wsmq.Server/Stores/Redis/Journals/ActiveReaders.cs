using System.Collections.Concurrent;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// Removes nodes that are gone from the states of active addresses, some at a time: an append does so only for the addresses that it appends to.
/// </summary>
internal sealed class ActiveReaders(RedisConnections connections, RedisKeys keys, RedisLanes lanes)
{
    private const int Step = 512;

    private readonly byte[] _node = Encoding.ASCII.GetBytes(lanes.Node);

    // Where to go on in each lane, as HSCAN says it.
    private readonly ConcurrentDictionary<RedisLane, string> _cursors = new();

    /// <summary>Looks at the next states of a lane.</summary>
    public async Task SweepAsync(RedisLane lane, CancellationToken cancellationToken)
    {
        var from = _cursors.GetValueOrDefault(lane, "0");
        var reply = (RedisResult[])(await connections.AskAsync(
            (database, primary) => database.ExecuteAsync("HSCAN", [lane.Keys.Active, from, "COUNT", Step], primary), cancellationToken))!;
        _cursors[lane] = (string)reply[0]!;
        var states = ((byte[][])reply[1]!).Chunk(2);
        var logs = states.Where(pair => HasOthers(pair[1])).Select(pair => AddressOf(pair[0])).OfType<WsmqAddress>().Select(keys.Of).ToArray();
        if (logs.Length == 0)
            return;
        await connections.EvaluateAsync(
            RedisScript.ActiveForget, [lane.Keys.Active, lane.Keys.Spare, .. logs.SelectMany(log => log.Pair)],
            [lane.Keys.Leases, .. logs.Select(log => (RedisValue)log.Name)], cancellationToken);
    }

    // Whether other nodes read it.
    private bool HasOthers(byte[] state)
    {
        for (var at = JournalFormat.NodesStart; at < state.Length; at += _node.Length)
        {
            if (!state.AsSpan(at).StartsWith(_node))
                return true;
        }

        return false;
    }

    private static WsmqAddress? AddressOf(byte[] name) =>
        name.Length > sizeof(ushort) && WsmqAddress.TryParse(Encoding.UTF8.GetString(name.AsSpan(sizeof(ushort))), out var address) ? address : null;
}
