using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Delivering;

namespace Wsmq.Server.Availability;

/// <summary>
/// Notifies the connections of this node whether the store is available: all of them when that changes, and a new connection while the
/// store is unavailable. One lock guards both, so that each connection receives each change once and in order.
/// </summary>
internal sealed class StoreNews
{
    private readonly Lock _lock = new();
    private readonly HashSet<ClientConnection> _audience = [];
    private bool _available = true;

    /// <param name="connection">A connection that was accepted.</param>
    /// <param name="tell">Whether the client requested the state even if the store is available.</param>
    public void Add(ClientConnection connection, bool tell)
    {
        lock (_lock)
        {
            _audience.Add(connection);
            if (tell || !_available)
                connection.Post(Message(_available));
        }
    }

    public void Remove(ClientConnection connection)
    {
        lock (_lock)
            _audience.Remove(connection);
    }

    /// <summary>Notifies all connections of the state of the store. Returns how many connections were notified.</summary>
    public int Tell(bool available)
    {
        lock (_lock)
        {
            _available = available;
            var message = Message(available);
            foreach (var connection in _audience)
                connection.Post(message);
            return _audience.Count;
        }
    }

    private static SerializedHubMessage Message(bool available) =>
        new(new InvocationMessage(nameof(IWsmqReceiver.StoreState), [available]));
}
