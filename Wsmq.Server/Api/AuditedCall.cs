namespace Wsmq.Server.Api;

/// <summary>What an operator does with a request, for the audit log.</summary>
/// <param name="Action">The action.</param>
/// <param name="Target">The user, the group, or what else it concerns; null if that is only in the path.</param>
/// <param name="Outcome">What became of it if it returns without an error; null if it was done.</param>
internal sealed record AuditedCall(WsmqAction Action, string? Target, string? Outcome = null);
