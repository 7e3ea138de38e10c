using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Delivering;

namespace Wsmq.Server.Availability;

/// <summary>
/// Tells the connections of the node whether the store is there: all of them when that changes, and a new one while it is away. One
/// lock over both, so that each hears of each change once and in order.
/// </summary>
internal sealed class StoreNews
{
    private readonly Lock _lock = new();
    private readonly HashSet<ClientConnection> _audience = [];
    private bool _available = true;

    /// <param name="connection">It was let in.</param>
    /// <param name="tell">It asked to be told, also where all is well.</param>
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

    /// <summary>Returns how many connections are told.</summary>
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
