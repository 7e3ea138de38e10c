using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Draining;

/// <summary>
/// A connection that is to leave. Nobody waits for what is written to it: a client that does not read must not hold up the others,
/// and SignalR ends a connection whose write fails.
/// </summary>
internal sealed class Guest(HubConnectionContext connection, TimeSpan closeAt)
{
    /// <summary>When it is closed if it is still there, counted from the begin of the drain.</summary>
    public TimeSpan CloseAt => closeAt;

    public bool IsClosed { get; private set; }

    public void Tell(TimeSpan after) =>
        Write(new InvocationMessage(nameof(IWsmqReceiver.Reconnect), [(int)after.TotalMilliseconds]));

    /// <summary>
    /// Has the client close and come back by itself. Aborting the connection would tell it to stay away, and so it is done only to
    /// one that got this before.
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
