using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Connections;

namespace Wsmq.Server.Availability;

/// <summary>
/// Notifies the connections of this node whether the store is available: all of them when that changes, and a new connection while the
/// store is unavailable. One lock guards both, so that each connection receives each change once and in order.
/// </summary>
internal sealed class StoreNews(ConnectionRegistry connections)
{
    private readonly Lock _lock = new();
    private bool _available = true;

    /// <summary>Accepts a connection: from here on it is notified.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="session">Its session.</param>
    public void Accept(NodeConnection connection, IConnectionSession session)
    {
        lock (_lock)
        {
            connection.Session = session;
            if (connection.AsksForStoreState || !_available)
                connection.Post(Message(_available));
        }
    }

    /// <summary>Notifies all accepted connections of the state of the store. Returns how many were notified.</summary>
    public int Announce(bool available)
    {
        var notified = 0;
        lock (_lock)
        {
            _available = available;
            var message = Message(available);
            foreach (var connection in connections.All)
            {
                if (connection.Session is null)
                    continue;
                connection.Post(message);
                notified++;
            }
        }

        return notified;
    }

    private static SerializedHubMessage Message(bool available) =>
        new(new InvocationMessage(nameof(IWsmqReceiver.StoreState), [available]));
}
