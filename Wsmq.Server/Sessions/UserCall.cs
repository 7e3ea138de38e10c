using Wsmq.Server.Limits;

namespace Wsmq.Server.Sessions;

/// <summary>Who makes a call: the user of a connection, or of an HTTP request.</summary>
/// <param name="Caller">The user.</param>
/// <param name="Limits">The limits that apply.</param>
/// <param name="Aborted">Is cancelled when the connection or the request ends.</param>
internal readonly record struct UserCall(WsmqCaller Caller, SessionLimits Limits, CancellationToken Aborted);
