using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Authorization;

namespace Wsmq.Server.Sessions;

/// <summary>Reads the user and device of a connection from its first request, or those of an HTTP request.</summary>
internal static class CallerReader
{
    private const int MaxDeviceBytes = 64;
    private const string DefaultDevice = "default";

    /// <exception cref="WsmqException">
    /// <c>no-user-identifier</c>, <c>invalid-user-identifier</c> or <c>invalid-device</c>.
    /// </exception>
    public static WsmqCaller CallerOf(HubCallerContext context, WsmqAccessOptions options) =>
        CallerOf(context.UserIdentifier, context.GetHttpContext()?.Request.Query, context.User, options);

    /// <exception cref="WsmqException">
    /// <c>no-user-identifier</c>, <c>invalid-user-identifier</c> or <c>invalid-device</c>.
    /// </exception>
    public static WsmqCaller CallerOf(string? user, IQueryCollection? query, ClaimsPrincipal? principal, WsmqAccessOptions options) =>
        new(UserOf(user, principal ??= new ClaimsPrincipal(), options), DeviceOf(query), principal);

    private static string UserOf(string? user, ClaimsPrincipal principal, WsmqAccessOptions options)
    {
        if (string.IsNullOrEmpty(user))
            throw new WsmqException(WsmqErrors.NoUserIdentifier);
        if (KeyIdentity.IsReserved(user) != KeyIdentity.Is(principal))
            throw new WsmqException(WsmqErrors.InvalidUserIdentifier, "identifiers that begin with key: are those of API keys");
        return NameRules.Check(user, WsmqAddress.MaxNameBytes, !options.AllowLookAlikeUserIdentifiers, out _, out var detail)
            ? user
            : throw new WsmqException(WsmqErrors.InvalidUserIdentifier, detail);
    }

    private static string DeviceOf(IQueryCollection? query)
    {
        if (query is null || !query.TryGetValue("device", out var device))
            return DefaultDevice;
        if (device.Count > 1)
            throw new WsmqException(WsmqErrors.InvalidDevice, $"device is given {device.Count} times in the hub's URL");
        return NameRules.Check(device[0], MaxDeviceBytes, isJudged: true, out _, out var detail)
            ? device[0]!
            : throw new WsmqException(WsmqErrors.InvalidDevice, detail);
    }
}
