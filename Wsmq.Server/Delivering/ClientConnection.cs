using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Writes to one connection of this node. A write waits for the socket, which is the back-pressure of a slow reader; that it
/// completes proves nothing, because writes to an aborted connection complete as well.
/// </summary>
internal sealed class ClientConnection(HubConnectionContext connection)
{
    public string Id => connection.ConnectionId;

    public CancellationToken Aborted => connection.ConnectionAborted;

    public ValueTask ReceiveAsync(FeedEntry entry, CancellationToken cancellationToken) =>
        connection.WriteAsync(entry.Frame, cancellationToken);

    public ValueTask GapAsync(string source, Position after, Position before, string reason, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqClient.Gap), [source, after.ToString(), before.ToString(), reason], cancellationToken);

    public ValueTask StalledAsync(string source, Position position, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqClient.Stalled), [source, position.ToString()], cancellationToken);

    private ValueTask InvokeAsync(string method, object?[] arguments, CancellationToken cancellationToken) =>
        connection.WriteAsync(new SerializedHubMessage(new InvocationMessage(method, arguments)), cancellationToken);
}
