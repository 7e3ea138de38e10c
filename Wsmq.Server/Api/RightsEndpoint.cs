using Wsmq.Server.Api.Shapes;
using Wsmq.Server.Authorization;

namespace Wsmq.Server.Api;

/// <summary><c>GET /rights</c>: which actions the caller may take, so that a tool can show only those.</summary>
internal sealed class RightsEndpoint(AccessCheck access)
{
    public async Task ListAsync(ApiCall call)
    {
        WsmqAddress? target = AddressEndpoints.TextOf(call, "target") is { } text ? WsmqAddress.Parse(text) : null;
        var allowed = new List<WsmqAction>();
        foreach (var action in Enum.GetValues<WsmqAction>())
        {
            if (await access.MayAdministerAsync(call.Caller, action, target, call.Aborted))
                allowed.Add(action);
        }

        if (allowed.Count == 0)
        {
            await call.Limits.ThrottleReadAsync(call.Aborted);
            throw new WsmqException(WsmqErrors.AdministerNotAllowed);
        }

        await JsonResponse.WriteAsync(
            call, new WsmqApiRights { User = call.Caller.UserId, Actions = [.. allowed.Select(action => action.ToString())] });
    }
}
