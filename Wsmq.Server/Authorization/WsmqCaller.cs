using System.Security.Claims;

namespace Wsmq;

/// <summary>The connection that makes a call.</summary>
/// <param name="userId">The user's identifier, as returned by SignalR's <c>IUserIdProvider</c>.</param>
/// <param name="device">The device's name.</param>
/// <param name="principal">The principal that the app authenticated.</param>
public sealed class WsmqCaller(string userId, string device, ClaimsPrincipal principal)
{
    /// <summary>The user's identifier, as returned by SignalR's <c>IUserIdProvider</c>.</summary>
    public string UserId { get; } = userId;

    /// <summary>The scope of the ids of the user's messages, whatever the name of the user: the app has another one.</summary>
    internal string Scope => field ??= ScopeOf(UserId);

    /// <summary>The scope of a user.</summary>
    internal static string ScopeOf(string user) => "user:" + user;

    /// <summary>The device's name.</summary>
    public string Device { get; } = device;

    /// <summary>The principal that the app authenticated.</summary>
    public ClaimsPrincipal Principal { get; } = principal;
}
