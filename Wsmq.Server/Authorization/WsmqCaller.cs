using System.Security.Claims;

namespace Wsmq;

/// <summary>The connection that makes a call.</summary>
/// <param name="UserId">The user's identifier, as returned by SignalR's <c>IUserIdProvider</c>.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Principal">The principal that the app authenticated.</param>
public sealed record WsmqCaller(string UserId, string Device, ClaimsPrincipal Principal);
