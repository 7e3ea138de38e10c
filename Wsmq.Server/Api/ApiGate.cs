using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Limits;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Api;

/// <summary>
/// Accepts or refuses the user of each HTTP request as that of a connection: by user identifier, revocations, bans and the state of the
/// node. Turns every refusal into a problem.
/// </summary>
internal sealed class ApiGate(
    RequestUser users,
    Admission admission,
    ConnectionLimits limits,
    StartGate start,
    ApiAudit audit,
    IOptions<WsmqOptions> options)
{
    /// <summary>The endpoint around a call.</summary>
    public RequestDelegate Of(Func<ApiCall, Task> call) => context => RunAsync(context, call);

    private async Task RunAsync(HttpContext context, Func<ApiCall, Task> call)
    {
        try
        {
            var caller = CallerReader.CallerOf(users.Of(context), context.Request.Query, context.User, options.Value.Access);
            await start.WaitAsync(context.RequestAborted);
            await admission.CheckAsync(caller, context.RequestAborted);
            var entered = limits.BeginRequest(caller.UserId, context.User);
            try
            {
                await audit.RunAsync(new ApiCall(context, caller, entered), call);
            }
            finally
            {
                limits.EndRequest(entered);
            }
        }
        catch (WsmqException refusal) when (!context.Response.HasStarted)
        {
            audit.Refused(refusal);
            await (StreamRefusal.Applies(context.Request)
                ? StreamRefusal.WriteAsync(context, refusal)
                : Problem.WriteAsync(context, refusal));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
    }
}
