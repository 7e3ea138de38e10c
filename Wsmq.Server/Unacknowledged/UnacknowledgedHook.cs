namespace Wsmq.Server.Unacknowledged;

/// <summary>The hook of the app.</summary>
/// <param name="Call">Calls it, in a service scope of its own.</param>
internal sealed record UnacknowledgedHook(Func<WsmqUnacknowledged, CancellationToken, Task> Call);
