using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Draining;

/// <summary>
/// A connection that the drain is to close. Its writes are not awaited: a client that does not read must not block the others, and
/// SignalR closes a connection whose write fails.
/// </summary>
internal sealed class Guest(HubConnectionContext connection, TimeSpan closeAt)
{
    /// <summary>When the connection is closed if it is still open, counted from the start of the drain.</summary>
    public TimeSpan CloseAt => closeAt;

    public bool IsClosed { get; private set; }

    public void Tell(TimeSpan after) =>
        Write(new InvocationMessage(nameof(IWsmqReceiver.Reconnect), [(int)after.TotalMilliseconds]));

    /// <summary>
    /// Sends a close message that lets the client reconnect. An abort would tell the client not to reconnect, so a connection is only
    /// aborted after this message was sent to it.
    /// </summary>
    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        Write(new CloseMessage(WsmqErrors.Stopping.ToString(), allowReconnect: true));
    }

    private void Write(HubMessage message) => _ = connection.WriteAsync(message).AsTask();
}
