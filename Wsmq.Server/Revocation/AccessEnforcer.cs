using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Revocation;

/// <summary>Closes the connections and event streams of this node that new access rules match.</summary>
internal sealed class AccessEnforcer(
    ConnectionRegistry connections, OpenStreams streams, IOptions<WsmqOptions> options, ILogger<AccessEnforcer> logger)
{
    // For a client that may reconnect: an abort before it has read the close message would forbid that.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Starts closing all connections that new rules match, concurrently. Returns at once.</summary>
    public void Enforce(AccessRules news, long now)
    {
        foreach (var connection in connections.All)
        {
            // A connection without a user identifier is refused while it connects.
            if (connection.UserIdentifier is not { Length: > 0 } user)
                continue;
            if (RefusalOf(connection, user, news, now) is { } error)
                Close(connection, error);
            else if (news.IsDisconnected(user, now))
                Close(connection, null);
        }

        foreach (var stream in streams.All)
        {
            if (news.Refusal(AccessSubject.Of(stream.User, stream.Principal, options.Value.Access), now, isOld: true) is { } error)
                stream.End(new WsmqException(error));
            else if (news.IsDisconnected(stream.User, now))
                stream.End(null);
        }
    }

    // Checks the token that opened the connection, and with long polling also the token of the newest poll.
    private WsmqError? RefusalOf(NodeConnection connection, string user, AccessRules news, long now)
    {
        var error = news.Refusal(AccessSubject.Of(user, connection.User, options.Value.Access), now, isOld: true);
        return error is null && connection.Reader is { } reader && !ReferenceEquals(reader, connection.User)
            ? news.Refusal(AccessSubject.Of(user, reader, options.Value.Access), now, isOld: true)
            : error;
    }

    private void Close(NodeConnection connection, WsmqError? error)
    {
        Log.ConnectionClosed(logger, connection.Id, error?.Code ?? "disconnected");
        if (error is null)
            connection.Close(null, mayReconnect: true, Grace);
        else
            connection.Close(new WsmqException(error), mayReconnect: false, TimeSpan.Zero);
    }
}
