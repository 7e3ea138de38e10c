using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// A connection from its first request on: whose it is for life, until when, and the place that it takes up until it is let in.
/// On a WebSocket there is one request; long polling makes many, each of which comes with a token of its own.
/// </summary>
internal sealed class OpenConnection(string? user, PendingPlace place)
{
    private static readonly object Key = new();

    // UTC ticks: requests shorten it while the connection's heartbeat reads it.
    private long _expires = DateTimeOffset.MaxValue.UtcTicks;

    public string? User => user;

    public PendingPlace Place => place;

    /// <summary>The end of the first of the tokens that it was used with to expire.</summary>
    public DateTimeOffset Expires => new(Volatile.Read(ref _expires), TimeSpan.Zero);

    /// <summary>The user as the newest request that reads has it; revocations look at this one as well.</summary>
    public ClaimsPrincipal? Reader { get; private set; }

    /// <summary>What its further requests name it by; null where it was opened without a negotiation.</summary>
    public string? Token { get; set; }

    /// <summary>A transport is or was running; until then it is only negotiated.</summary>
    public bool IsStarted { get; set; }

    /// <summary>The connection that a request, or a copy of it that SignalR made, belongs to.</summary>
    public static OpenConnection? Of(HttpContext? context) => context?.Items[Key] as OpenConnection;

    /// <summary>Takes a request that will read: the connection ends with its token, if not before.</summary>
    public void Read(HttpContext context)
    {
        context.Items[Key] = this;
        Reader = context.User;
        if (context.Features.Get<IAuthenticateResultFeature>() is not { AuthenticateResult: { Succeeded: true, Ticket: { } ticket } } feature)
            return;
        var end = ticket.Properties.ExpiresUtc ?? DateTimeOffset.MaxValue;
        if (Shorten(end))
            return;

        // SignalR goes by the newest request, and would let a connection live on with another token.
        var properties = ticket.Properties.Clone();
        properties.ExpiresUtc = Expires;
        feature.AuthenticateResult = AuthenticateResult.Success(new AuthenticationTicket(ticket.Principal, properties, ticket.AuthenticationScheme));
    }

    /// <summary>False where it ends sooner than that already.</summary>
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
