using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Access;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Writes to one connection of this node. A write waits for the socket, which is the back-pressure of a slow reader; that it
/// completes proves nothing, because writes to an aborted connection complete as well.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="takesMany">The client asked for <c>ReceiveMany</c>.</param>
internal sealed class ClientConnection(HubConnectionContext connection, bool takesMany)
{
    // While the request lives: SignalR lets go of it with the connection.
    private readonly SocketWrites? _writes = SocketWrites.Of(connection.GetHttpContext());

    public string Id => connection.ConnectionId;

    public CancellationToken Aborted => connection.ConnectionAborted;

    /// <summary>
    /// This side ends it: the app has it closed (<see cref="IWsmqAccess"/>), its token has expired, or not all that was written to it
    /// has left the server.
    /// </summary>
    public bool IsEndedHere =>
        LiveConnections.IsClosing(connection)
        || _writes?.AreUnfinished == true
        || connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.IsCancellationRequested == true;

    /// <summary>Writes entries at once.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="shared">What other readers of the log may have had put together already; null where there are none.</param>
    /// <param name="cancellationToken">Ends the wait for the socket.</param>
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

    /// <summary>Begins a write that nobody waits for: a client that does not read must not hold up the others who hear the same.</summary>
    public void Post(SerializedHubMessage message) => _ = connection.WriteAsync(message).AsTask();

    // The transport has its own copy of the bytes once this completes, but not before: it may wait for another write.
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
