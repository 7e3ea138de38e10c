using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Access;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Writes to one connection of this node. A write waits for the socket: this is the back-pressure of a slow reader. A completed write does
/// not prove delivery, because writes to an aborted connection complete as well.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="takesMany">The client requested <c>ReceiveMany</c>.</param>
internal sealed class ClientConnection(HubConnectionContext connection, bool takesMany)
{
    // Read while the request exists: SignalR releases it with the connection.
    private readonly SocketWrites? _writes = SocketWrites.Of(connection.GetHttpContext());

    public string Id => connection.ConnectionId;

    public CancellationToken Aborted => connection.ConnectionAborted;

    /// <summary>
    /// The server ends the connection: the app closed it (<see cref="IWsmqAccess"/>), its token has expired, or not everything written to
    /// it has left the server.
    /// </summary>
    public bool IsEndedHere =>
        LiveConnections.IsClosing(connection)
        || _writes?.AreUnfinished == true
        || connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.IsCancellationRequested == true;

    /// <summary>Writes several entries in one write.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="shared">Composed writes shared by the readers of the log; null if the log has one reader.</param>
    /// <param name="cancellationToken">Cancels the wait for the socket.</param>
    public ValueTask ReceiveAsync(ReadOnlySpan<FeedEntry> entries, SharedFrames? shared, CancellationToken cancellationToken) =>
        entries.Length == 1 ? connection.WriteAsync(entries[0].Message, cancellationToken)
        : shared is not null ? connection.WriteAsync(shared.Of(entries, takesMany), cancellationToken)
        : WriteAsync(ComposedFrames.Of(entries, takesMany), cancellationToken);

    public ValueTask GapAsync(WsmqAddress source, WsmqPosition after, WsmqPosition before, string reason, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Gap), [source.ToString(), after.ToString(), before.ToString(), reason], cancellationToken);

    public ValueTask StalledAsync(WsmqAddress source, WsmqPosition position, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Stalled), [source.ToString(), position.ToString()], cancellationToken);

    public ValueTask SkippedAsync(WsmqAddress source, WsmqPosition position, int attempts, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.DeadLettered), [source.ToString(), position.ToString(), attempts], cancellationToken);

    /// <summary>
    /// Starts a write and does not await it: a client that does not read must not delay the other receivers of the message.
    /// </summary>
    public void Post(SerializedHubMessage message) => _ = connection.WriteAsync(message).AsTask();

    // The transport has its own copy of the bytes once the write completes. Until then the buffer is in use, because the write may wait for
    // another one.
    private async ValueTask WriteAsync(ComposedFrames frames, CancellationToken cancellationToken)
    {
        try
        {
            await connection.WriteAsync(frames.Message, cancellationToken);
        }
        finally
        {
            frames.Return();
        }
    }

    private ValueTask InvokeAsync(string method, object?[] arguments, CancellationToken cancellationToken) =>
        connection.WriteAsync(new SerializedHubMessage(new InvocationMessage(method, arguments)), cancellationToken);
}
