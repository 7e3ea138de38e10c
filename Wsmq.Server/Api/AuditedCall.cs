namespace Wsmq.Server.Api;

/// <summary>What an operator does with a request, for the audit log.</summary>
/// <param name="Action">The action.</param>
/// <param name="Target">The user, the group, or what else it concerns; null if that is only in the path.</param>
internal sealed record AuditedCall(WsmqAction Action, string? Target);
