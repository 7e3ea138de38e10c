using System.Collections.Concurrent;

namespace Wsmq.Tests.Api;

/// <summary>Gives the user <c>admin</c> rights that a test can take away. Everybody may send and read by the rules of memberships.</summary>
internal sealed class OperatorAuthorizer : IWsmqAuthorizer
{
    private readonly ConcurrentDictionary<(WsmqAction Action, string? Target), bool> _denied = [];
    private int _asked;
    private volatile bool _hangs;

    /// <summary>How often it was asked for a right.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public void Deny(WsmqAction action, string? target) => _denied[(action, target)] = true;

    public void Allow(WsmqAction action, string? target) => _denied.TryRemove((action, target), out _);

    /// <summary>From now on it gives no answer about rights until the question is cancelled.</summary>
    public void Hang() => _hangs = true;

    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        new(to.Kind == WsmqAddressKind.User && to.Name != "nobody");

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public async ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (_hangs)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return caller.UserId == "admin" && !_denied.ContainsKey((action, target?.ToString()));
    }
}
