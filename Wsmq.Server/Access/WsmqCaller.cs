using System.Security.Claims;

namespace Wsmq;

/// <summary>The connection that asks for something.</summary>
/// <param name="UserId">The user's identifier, as SignalR's <c>IUserIdProvider</c> gives it.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Principal">The user, as the app authenticated it.</param>
public sealed record WsmqCaller(string UserId, string Device, ClaimsPrincipal Principal);
