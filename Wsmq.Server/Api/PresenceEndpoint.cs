using System.Text.Json;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /presence</c>: who of several users is online, for users. <c>/addresses/{address}/presence</c>: the same of one user or group, for
/// operators. Each request counts as a read: it may make all nodes answer.
/// </summary>
internal sealed class PresenceEndpoint(ClientPresence clients, OperatorRights rights, IWsmqPresence presence)
{
    public async Task ReadUsersAsync(ApiCall call)
    {
        var users = await clients.GetAsync(call.User, () => NamesOf(call));
        await JsonResponse.WriteAsync(
            call.Context, JsonResponse.ContentType, JsonSerializer.SerializeToUtf8Bytes(users, WsmqJsonContext.Relaxed.WsmqUserPresenceArray));
    }

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

    private static string[] NamesOf(ApiCall call)
    {
        var names = call.Request.Query[Wire.User];
        return names.Count is > 0 and <= WsmqNamesArgument.Most
            ? [.. names.Select(name => name ?? string.Empty)]
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"user is given 1 to {WsmqNamesArgument.Most} times");
    }

    private static WsmqPresenceState StateOf(WsmqAddress address, WsmqUserPresence user) => new()
    {
        Address = address, Version = 1, Online = user.Status == WsmqPresenceStatus.Online ? 1 : 0,
        Away = user.Status == WsmqPresenceStatus.Away ? 1 : 0, Members = [user],
    };
}
