using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Connections;

/// <summary>
/// A connection from its first request on: the user that owns it for its lifetime, its expiry, and the slot that it occupies until it is
/// accepted. A WebSocket makes one request. Long polling makes many, each with its own token.
/// </summary>
internal sealed class OpenConnection(string? user, PendingSlot place)
{
    private static readonly object Key = new();

    // In UTC ticks, for atomic access: requests shorten the expiry while the connection's heartbeat reads it.
    private long _expires = DateTimeOffset.MaxValue.UtcTicks;

    public string? User => user;

    public PendingSlot Place => place;

    /// <summary>The earliest expiry of all tokens with which the connection was used.</summary>
    public DateTimeOffset Expires => new(Volatile.Read(ref _expires), TimeSpan.Zero);

    /// <summary>The principal of the newest request that reads from the connection; revocations are checked against it as well.</summary>
    public ClaimsPrincipal? Reader { get; private set; }

    /// <summary>The connection token in its further requests; null if it was opened without a negotiation.</summary>
    public string? Token { get; set; }

    /// <summary>Whether a transport is or was running. Before that the connection is only negotiated.</summary>
    public bool IsStarted { get; set; }

    /// <summary>The connection of a request, or of a copy of the request that SignalR made.</summary>
    public static OpenConnection? Of(HttpContext? context) => context?.Items[Key] as OpenConnection;

    /// <summary>Registers a request that reads from the connection. The connection expires with its token, if not earlier.</summary>
    public void Read(HttpContext context)
    {
        context.Items[Key] = this;
        Reader = context.User;
        if (context.Features.Get<IAuthenticateResultFeature>() is not { AuthenticateResult: { Succeeded: true, Ticket: { } ticket } } feature)
            return;
        var end = ticket.Properties.ExpiresUtc ?? DateTimeOffset.MaxValue;
        if (Shorten(end))
            return;

        // SignalR uses the expiry of the newest request, so that another token could extend the life of the connection.
        var properties = ticket.Properties.Clone();
        properties.ExpiresUtc = Expires;
        feature.AuthenticateResult = AuthenticateResult.Success(new AuthenticationTicket(ticket.Principal, properties, ticket.AuthenticationScheme));
    }

    /// <summary>Shortens the expiry. False if the connection already expires earlier.</summary>
    private bool Shorten(DateTimeOffset end)
    {
        var known = Volatile.Read(ref _expires);
        while (end.UtcTicks <= known)
        {
            var seen = Interlocked.CompareExchange(ref _expires, end.UtcTicks, known);
            if (seen == known)
                return true;
            known = seen;
        }

        return false;
    }
}
