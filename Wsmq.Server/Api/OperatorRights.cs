using Wsmq.Server.Authorization;

namespace Wsmq.Server.Api;

/// <summary>Asks the app's authorizer for each call of an operator.</summary>
internal sealed class OperatorRights(AccessCheck access)
{
    /// <exception cref="WsmqException"><c>administer-not-allowed</c>.</exception>
    public async Task RequireAsync(ApiCall call, WsmqAction action, WsmqAddress? target)
    {
        try
        {
            await access.CheckAdministerAsync(call.Caller, action, target, call.Aborted);
        }
        catch (WsmqException)
        {
            // Only refusals are counted, as for queues.
            await call.Limits.ThrottleReadAsync(call.Aborted);
            throw;
        }
    }
}
