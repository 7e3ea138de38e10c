using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Api;

/// <summary>Logs what became of a request: for the audit what operators do, and at level Debug every refusal.</summary>
internal sealed class ApiAudit(AuditLog log, IOptions<WsmqOptions> options, ILogger<ApiAudit> logger)
{
    /// <summary>Makes a call, and writes a line if it was one of an operator that changes something or reads messages.</summary>
    public async Task RunAsync(ApiCall call, Func<ApiCall, Task> run)
    {
        var outcome = AuditLog.Done;
        try
        {
            await run(call);
            outcome = call.Audited?.Outcome ?? outcome;
        }
        catch (Exception e)
        {
            outcome = AuditLog.OutcomeOf(e);
            throw;
        }
        finally
        {
            if (call.Audited is { } done)
                Write(call, done, outcome);
        }
    }

    /// <summary>Writes the line of an event stream when it begins: its end may be days away. Call it once the rights are checked.</summary>
    public void Opened(ApiCall call)
    {
        if (call.Audited is { } opened)
            Write(call, opened, AuditLog.Opened);
        call.Audited = null;
    }

    public void Refused(WsmqException refusal) => Log.CallRefused(logger, refusal.Error.Code);

    // The path, and not the query: positions and times are there.
    private void Write(ApiCall call, AuditedCall done, string outcome) => log.Write(
        new AuditedUser(call.Caller.UserId, KeyIdentity.IdOf(call.Caller, options.Value.Access)), done.Action.ToString(), done.Target ?? "-",
        $"{call.Request.Method}:{PathOf(call.Request)}", outcome);

    private static string PathOf(HttpRequest request) => request.PathBase + request.Path;
}
