using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Server.Authorization;

/// <summary>
/// Calls the app's authorizer, whatever its service lifetime; for programs with an API key their scopes decide instead. A singleton is
/// called directly. Any other lifetime gets a new scope and instance for each call, because a dependency such as a DbContext is not
/// thread-safe.
/// </summary>
internal sealed class ScopedAuthorizer(IServiceScopeFactory scopes) : IWsmqAuthorizer
{
    // Null until the first call, and permanently if the authorizer is not a singleton.
    private volatile IWsmqAuthorizer? _singleton;
    private volatile bool _isScoped;

    // Only a request with a key has a user identifier of keys, and comparing that costs the others nothing.
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(KeyIdentity.Allows(caller, KeyScopes.Send, to))
            : _singleton is { } authorizer ? authorizer.CanSendAsync(caller, to, cancellationToken)
            : AskSendAsync(caller, to, cancellationToken);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(KeyReads(caller, source))
            : _singleton is { } authorizer ? authorizer.CanReadAsync(caller, source, cancellationToken)
            : AskAsync(a => a.CanReadAsync(caller, source, cancellationToken));

    public ValueTask<WsmqHistoryAccess> HistoryAccessAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(KeyReads(caller, source) ? HistoryRule.Of(caller, source) : WsmqHistoryAccess.None)
            : _singleton is { } authorizer ? authorizer.HistoryAccessAsync(caller, source, cancellationToken)
            : AskAsync(a => a.HistoryAccessAsync(caller, source, cancellationToken));

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(KeyIdentity.Allows(caller, KeyScopes.Work, queue))
            : _singleton is { } authorizer ? authorizer.CanWorkAsync(caller, queue, cancellationToken)
            : AskAsync(a => a.CanWorkAsync(caller, queue, cancellationToken));

    public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(KeyIdentity.Allows(caller, KeyScopes.Queues, queue))
            : _singleton is { } authorizer ? authorizer.CanManageQueueAsync(caller, queue, cancellationToken)
            : AskAsync(a => a.CanManageQueueAsync(caller, queue, cancellationToken));

    public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId)
            ? new(KeyIdentity.Allows(caller, WsmqAction.View.ToString(), address) ? true : null)
            : _singleton is { } authorizer ? authorizer.CanSeePresenceAsync(caller, address, cancellationToken)
            : AskAsync(a => a.CanSeePresenceAsync(caller, address, cancellationToken));

    public ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
        KeyIdentity.IsReserved(caller.UserId) ? new(action != WsmqAction.ManageKeys && KeyIdentity.Allows(caller, action.ToString(), target))
            : _singleton is { } authorizer ? authorizer.CanAdministerAsync(caller, action, target, cancellationToken)
            : AskAsync(a => a.CanAdministerAsync(caller, action, target, cancellationToken));

    // Apart from CanSendAsync, which would otherwise allocate the closure for each message, asked or not.
    private ValueTask<bool> AskSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        AskAsync(a => a.CanSendAsync(caller, to, cancellationToken));

    // A connection always opens the own queue, so a key that works on jobs reads it.
    private static bool KeyReads(WsmqCaller caller, WsmqAddress source) =>
        KeyIdentity.Allows(caller, KeyScopes.Read, source)
        || (source == WsmqAddress.User(caller.UserId) && KeyIdentity.Has(caller, KeyScopes.Work));

    private async ValueTask<T> AskAsync<T>(Func<IWsmqAuthorizer, ValueTask<T>> question)
    {
        await using var scope = scopes.CreateAsyncScope();
        var authorizer = scope.ServiceProvider.GetRequiredService<IWsmqAuthorizer>();
        if (!_isScoped)
            await FindLifetimeAsync(authorizer);
        return await question(authorizer);
    }

    // The container does not expose the registered lifetime. If two scopes return the same instance, it is a singleton.
    private async ValueTask FindLifetimeAsync(IWsmqAuthorizer one)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (ReferenceEquals(scope.ServiceProvider.GetRequiredService<IWsmqAuthorizer>(), one))
            _singleton = one;
        else
            _isScoped = true;
    }
}
