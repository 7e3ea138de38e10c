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

    public HttpRequest Request => Context.Request;

    public UserCall User => new(Caller, Limits, Aborted);

    /// <summary>What the call does as an operator, for the audit log; null if it only looks.</summary>
    public AuditedCall? Audited { get; set; }

    /// <summary>A value in the path; an empty text without one.</summary>
    public string InPath(string name) => RequestParameters.InPath(Request, name) ?? string.Empty;

    /// <summary>Answers that there is nothing more to say: what was asked for is done.</summary>
    public void NoContent() => Context.Response.StatusCode = StatusCodes.Status204NoContent;
}
