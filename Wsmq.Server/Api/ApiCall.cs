using Microsoft.AspNetCore.Http;
using Wsmq.Server.Limits;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Api;

/// <summary>An HTTP request whose user was accepted.</summary>
/// <param name="Context">The request.</param>
/// <param name="Caller">The user.</param>
/// <param name="Limits">The limits of the user's requests.</param>
internal sealed record ApiCall(HttpContext Context, WsmqCaller Caller, SessionLimits Limits)
{
    public CancellationToken Aborted => Context.RequestAborted;

    public UserCall User => new(Caller, Limits, Aborted);
}
