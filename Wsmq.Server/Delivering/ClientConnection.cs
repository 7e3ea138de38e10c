using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Writes to one connection of this node. A write waits for the socket, which is the back-pressure of a slow reader; that it
/// completes proves nothing, because writes to an aborted connection complete as well. It ends with the connection only: SignalR
/// aborts the whole connection where a write is cancelled.
/// </summary>
internal sealed class ClientConnection(HubConnectionContext connection)
{
    public string Id => connection.ConnectionId;

    public CancellationToken Aborted => connection.ConnectionAborted;

    public ValueTask ReceiveAsync(FeedEntry entry) => connection.WriteAsync(entry.Frame, Aborted);

    public ValueTask GapAsync(string source, Position after, Position before, string reason) =>
        InvokeAsync(nameof(IWsmqClient.Gap), [source, after.ToString(), before.ToString(), reason]);

    public ValueTask StalledAsync(string source, Position position) =>
        InvokeAsync(nameof(IWsmqClient.Stalled), [source, position.ToString()]);

    private ValueTask InvokeAsync(string method, object?[] arguments) =>
        connection.WriteAsync(new SerializedHubMessage(new InvocationMessage(method, arguments)), Aborted);
}
