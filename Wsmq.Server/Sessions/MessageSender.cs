using Wsmq.Server.Limits;

namespace Wsmq.Server.Sessions;

/// <summary>Who sends messages: a connection, or an HTTP request.</summary>
/// <param name="Caller">The user.</param>
/// <param name="Limits">The limits that apply.</param>
/// <param name="Aborted">Is cancelled when the connection or the request ends.</param>
internal readonly record struct MessageSender(WsmqCaller Caller, SessionLimits Limits, CancellationToken Aborted);
