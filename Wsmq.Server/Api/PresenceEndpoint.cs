using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>/addresses/{address}/presence</c>: who is online, for operators. Each request counts as a read: it may make all nodes answer.
/// </summary>
internal sealed class PresenceEndpoint(OperatorRights rights, IWsmqPresence presence)
{
    public async Task ReadAsync(ApiCall call)
    {
        var address = LogRequest.SingleAddressOf(call.Request);
        await rights.RequireAsync(call, WsmqAction.View, address);
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var state = address.Kind switch
        {
            WsmqAddressKind.User => StateOf(address, (await presence.GetAsync([address.Name], call.Aborted))[0]),
            WsmqAddressKind.Group => await presence.GetGroupAsync(address.Name, call.Aborted),
            _ => throw new WsmqException(WsmqErrors.InvalidAddress, "a work queue has no presence"),
        };
        await JsonResponse.WriteAsync(
            call.Context, JsonResponse.ContentType, JsonSerializer.SerializeToUtf8Bytes(state, WsmqJsonContext.Relaxed.WsmqPresenceState));
    }

    private static WsmqPresenceState StateOf(WsmqAddress address, WsmqUserPresence user) => new()
    {
        Address = address, Version = 1, Online = user.Status == WsmqPresenceStatus.Online ? 1 : 0,
        Away = user.Status == WsmqPresenceStatus.Away ? 1 : 0, Members = [user],
    };
}
