using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Access;

/// <summary>Closes connections of this node that are no longer wanted.</summary>
internal sealed class LiveConnections(
    ConnectionRegistry connections, IOptions<WsmqOptions> options, TimeProvider time, ILogger<LiveConnections> logger)
{
    private static readonly object Mark = new();

    // A client that does not read must not put off its own end.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMilliseconds(250);

    // For a client to leave by itself. An abort adds a close frame that says not to come back, and a client that finds it in the
    // same read as the first one obeys it.
    private static readonly TimeSpan TimeToLeave = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether a connection is being closed from here: its client is not the cause of its end.</summary>
    public static bool IsClosing(HubConnectionContext connection) => connection.Items.ContainsKey(Mark);

    /// <summary>Closes whoever new rules are about. Returns at once: nobody's close waits for somebody else's.</summary>
    public void Enforce(AccessRules news, long now)
    {
        foreach (var connection in connections.All)
        {
            // Refused while it connects, for want of it.
            if (connection.UserIdentifier is not { Length: > 0 } user)
                continue;
            if (RefusalOf(connection, user, news, now) is { } error)
                _ = CloseAsync(connection, error);
            else if (news.IsDisconnected(user, now))
                _ = CloseAsync(connection, null);
        }
    }

    // By the token that it was opened with, and by that of the newest poll where each one brings its own.
    private WsmqError? RefusalOf(HubConnectionContext connection, string user, AccessRules news, long now)
    {
        var error = news.Refusal(AccessSubject.Of(user, connection.User, options.Value.Access), now, isOld: true);
        return error is null && OpenConnection.Of(connection.GetHttpContext())?.Reader is { } reader && !ReferenceEquals(reader, connection.User)
            ? news.Refusal(AccessSubject.Of(user, reader, options.Value.Access), now, isOld: true)
            : error;
    }

    /// <param name="connection">Which.</param>
    /// <param name="error">Why; null where the client may come back.</param>
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
            // It does not read, and hears nothing; or it is gone.
        }
        catch (Exception e)
        {
            Log.CloseFailed(logger, e, connection.ConnectionId);
        }

        // From here on nothing is read from it and nothing written to it, whatever it does.
        connection.Abort();
    }
}
