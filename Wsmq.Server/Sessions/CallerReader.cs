using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Sessions;

/// <summary>Reads user and device of a connection from its first request.</summary>
internal static class CallerReader
{
    private const int MaxDeviceBytes = 64;
    private const string DefaultDevice = "default";

    /// <exception cref="WsmqException">
    /// <c>no-user-identifier</c>, <c>invalid-user-identifier</c> or <c>invalid-device</c>.
    /// </exception>
    public static WsmqCaller CallerOf(HubCallerContext context, WsmqAccessOptions options) =>
        new(UserOf(context, options), DeviceOf(context), context.User ?? new ClaimsPrincipal());

    private static string UserOf(HubCallerContext context, WsmqAccessOptions options)
    {
        if (string.IsNullOrEmpty(context.UserIdentifier))
            throw new WsmqException(WsmqErrors.NoUserIdentifier);
        return NameRules.Check(context.UserIdentifier, WsmqAddress.MaxNameBytes, !options.AllowLookAlikeUserIdentifiers, out _, out var detail)
            ? context.UserIdentifier
            : throw new WsmqException(WsmqErrors.InvalidUserIdentifier, detail);
    }

    private static string DeviceOf(HubCallerContext context)
    {
        var query = context.GetHttpContext()?.Request.Query;
        if (query is null || !query.TryGetValue("device", out var device))
            return DefaultDevice;
        if (device.Count > 1)
            throw new WsmqException(WsmqErrors.InvalidDevice, $"device is given {device.Count} times in the hub's URL");
        return NameRules.Check(device[0], MaxDeviceBytes, isJudged: true, out _, out var detail)
            ? device[0]!
            : throw new WsmqException(WsmqErrors.InvalidDevice, detail);
    }
}
