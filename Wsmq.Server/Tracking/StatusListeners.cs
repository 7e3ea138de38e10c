using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Connections;

namespace Wsmq.Server.Tracking;

/// <summary>The connections of this node that are told of tracked messages of their users.</summary>
internal sealed class StatusListeners
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeConnection[]> _connections = new(StringComparer.Ordinal);

    public void Add(string user, NodeConnection connection)
    {
        if (!connection.TakesStatus)
            return;
        lock (_lock)
            _connections[user] = [.. _connections.GetValueOrDefault(user, []), connection];
    }

    public void Remove(string user, NodeConnection connection)
    {
        if (!connection.TakesStatus)
            return;
        lock (_lock)
        {
            NodeConnection[] left = [.. _connections.GetValueOrDefault(user, []).Where(c => c != connection)];
            if (left.Length == 0)
                _connections.Remove(user);
            else
                _connections[user] = left;
        }
    }

    /// <summary>Tells the connections of a user. One that does not read is not told: its client asks for what it misses.</summary>
    public void Tell(string user, IReadOnlyList<WsmqMessageStatus> changes)
    {
        NodeConnection[]? connections;
        lock (_lock)
            connections = _connections.GetValueOrDefault(user);
        if (connections is null)
            return;
        var call = new SerializedHubMessage(new InvocationMessage(nameof(IWsmqReceiver.StatusChanged), [changes]));
        foreach (var connection in connections.Where(c => !c.HasUnfinishedWrite))
            connection.Post(call);
    }
}
