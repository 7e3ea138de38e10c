using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Connections;

/// <summary>The connections of this node, the only list of them. SignalR exposes them only to lifetime managers.</summary>
internal sealed class ConnectionRegistry(TimeProvider time, ILogger<ConnectionRegistry> logger)
{
    private readonly ConcurrentDictionary<string, NodeConnection> _connections = new(StringComparer.Ordinal);

    public bool IsEmpty => _connections.IsEmpty;

    public int Count => _connections.Count;

    /// <summary>The current connections, without a copy: those that come and go meanwhile may be missing or included.</summary>
    public IEnumerable<NodeConnection> All => _connections.Select(c => c.Value);

    public void Add(HubConnectionContext connection) =>
        _connections[connection.ConnectionId] = new NodeConnection(connection, time, logger);

    public void Remove(HubConnectionContext connection) => _connections.TryRemove(connection.ConnectionId, out _);

    public bool Has(string connectionId) => _connections.ContainsKey(connectionId);

    public NodeConnection Get(string connectionId) => _connections.TryGetValue(connectionId, out var connection)
        ? connection
        : throw new InvalidOperationException(
            "The hub's lifetime manager is not wsmq's own: do not register another HubLifetimeManager<WsmqHub>.");
}
