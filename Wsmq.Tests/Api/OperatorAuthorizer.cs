using System.Collections.Concurrent;

namespace Wsmq.Tests.Api;

/// <summary>Gives the user <c>admin</c> rights that a test can take away. Everybody may send and read by the rules of memberships.</summary>
internal sealed class OperatorAuthorizer : IWsmqAuthorizer
{
    private readonly ConcurrentDictionary<(WsmqAction Action, string? Target), bool> _denied = [];

    public void Deny(WsmqAction action, string? target) => _denied[(action, target)] = true;

    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        new(to.Kind == WsmqAddressKind.User && to.Name != "nobody");

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
        new(caller.UserId == "admin" && !_denied.ContainsKey((action, target?.ToString())));
}
