using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Access;

/// <summary>Closes the connections of this node that new access rules match.</summary>
internal sealed class LiveConnections(
    ConnectionRegistry connections, IOptions<WsmqOptions> options, TimeProvider time, ILogger<LiveConnections> logger)
{
    private static readonly object Mark = new();

    // Bounds the write of the close frame: a client that does not read must not delay the abort of its connection.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMilliseconds(250);

    // Time for a client to disconnect by itself. An abort adds a close frame that forbids reconnecting, and a client that receives
    // it in the same read as the first close frame obeys it.
    private static readonly TimeSpan TimeToLeave = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether this class is closing the connection, so that its client is not the cause of the disconnect.</summary>
    public static bool IsClosing(HubConnectionContext connection) => connection.Items.ContainsKey(Mark);

    /// <summary>Starts closing all connections that new rules match, concurrently. Returns at once.</summary>
    public void Enforce(AccessRules news, long now)
    {
        foreach (var connection in connections.All)
        {
            // A connection without a user identifier is refused while it connects.
            if (connection.UserIdentifier is not { Length: > 0 } user)
                continue;
            if (RefusalOf(connection, user, news, now) is { } error)
                _ = CloseAsync(connection, error);
            else if (news.IsDisconnected(user, now))
                _ = CloseAsync(connection, null);
        }
    }

    // Checks the token that opened the connection, and with long polling also the token of the newest poll.
    private WsmqError? RefusalOf(HubConnectionContext connection, string user, AccessRules news, long now)
    {
        var error = news.Refusal(AccessSubject.Of(user, connection.User, options.Value.Access), now, isOld: true);
        return error is null && OpenConnection.Of(connection.GetHttpContext())?.Reader is { } reader && !ReferenceEquals(reader, connection.User)
            ? news.Refusal(AccessSubject.Of(user, reader, options.Value.Access), now, isOld: true)
            : error;
    }

    /// <param name="connection">The connection to close.</param>
    /// <param name="error">The error in the close message; null if the client may reconnect.</param>
    private async Task CloseAsync(HubConnectionContext connection, WsmqError? error)
    {
        Log.ConnectionClosed(logger, connection.ConnectionId, error?.Code ?? "disconnected");
        connection.Items[Mark] = true;
        try
        {
            var message = new CloseMessage(error?.ToString(), allowReconnect: error is null);
            await connection.WriteAsync(message, CancellationToken.None).AsTask().WaitAsync(LongestWrite, time);
            if (error is null)
                await Task.Delay(TimeToLeave, time, connection.ConnectionAborted);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The client does not read, and does not receive the close message; or the connection has ended.
        }
        catch (Exception e)
        {
            Log.CloseFailed(logger, e, connection.ConnectionId);
        }

        // From here on the server neither reads from the connection nor writes to it, whatever the client does.
        connection.Abort();
    }
}
