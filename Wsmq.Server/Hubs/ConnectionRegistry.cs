using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Hubs;

/// <summary>The connections of this node. SignalR exposes them only to lifetime managers.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<string, HubConnectionContext> _connections = new(StringComparer.Ordinal);

    public bool IsEmpty => _connections.IsEmpty;

    public int Count => _connections.Count;

    /// <summary>A snapshot of the current connections.</summary>
    public ICollection<HubConnectionContext> All => _connections.Values;

    public void Add(HubConnectionContext connection) => _connections[connection.ConnectionId] = connection;

    public void Remove(HubConnectionContext connection) => _connections.TryRemove(connection.ConnectionId, out _);

    public bool Has(string connectionId) => _connections.ContainsKey(connectionId);

    public HubConnectionContext Get(string connectionId) => _connections.TryGetValue(connectionId, out var connection)
        ? connection
        : throw new InvalidOperationException(
            "The hub's lifetime manager is not wsmq's own: do not register another HubLifetimeManager<WsmqHub>.");
}
