using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Server.Access;

/// <summary>
/// The app's authorizer, whatever its lifetime: a singleton is asked itself, and of any other one there is a new one for every
/// question, in a scope of its own, because what it works with (a DbContext) does one thing at a time.
/// </summary>
internal sealed class ScopedAuthorizer(IServiceScopeFactory scopes) : IWsmqAuthorizer
{
    // Null until the first question, and for good where it is no singleton.
    private volatile IWsmqAuthorizer? _singleton;
    private volatile bool _isScoped;

    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        _singleton is { } authorizer
            ? authorizer.CanSendAsync(caller, to, cancellationToken)
            : AskAsync(a => a.CanSendAsync(caller, to, cancellationToken));

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        _singleton is { } authorizer
            ? authorizer.CanReadAsync(caller, source, cancellationToken)
            : AskAsync(a => a.CanReadAsync(caller, source, cancellationToken));

    private async ValueTask<bool> AskAsync(Func<IWsmqAuthorizer, ValueTask<bool>> question)
    {
        await using var scope = scopes.CreateAsyncScope();
        var authorizer = scope.ServiceProvider.GetRequiredService<IWsmqAuthorizer>();
        if (!_isScoped)
            await FindLifetimeAsync(authorizer);
        return await question(authorizer);
    }

    // The container does not say how it was registered; two scopes that give the same one do.
    private async ValueTask FindLifetimeAsync(IWsmqAuthorizer one)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (ReferenceEquals(scope.ServiceProvider.GetRequiredService<IWsmqAuthorizer>(), one))
            _singleton = one;
        else
            _isScoped = true;
    }
}
