
using Wsmq.Server.Stores;

namespace Wsmq.Server.Authorization;

/// <summary>The default authorizer; <see cref="IWsmqAuthorizer"/> describes what it allows.</summary>
internal sealed class DefaultAuthorizer(IStore store) : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => to.Kind switch
    {
        WsmqAddressKind.User => new(true),
        WsmqAddressKind.Group => new(store.Memberships.IsMemberAsync(to.Name, caller.UserId, cancellationToken)),
        _ => new(false),
    };

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => source.Kind switch
    {
        WsmqAddressKind.User => new(string.Equals(source.Name, caller.UserId, StringComparison.Ordinal)),
        WsmqAddressKind.Group => new(store.Memberships.IsMemberAsync(source.Name, caller.UserId, cancellationToken)),
        _ => new(false),
    };
}
