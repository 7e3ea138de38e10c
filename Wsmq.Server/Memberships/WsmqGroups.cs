using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Memberships;

internal sealed class WsmqGroups(IStore store, StartGate start, IOptions<WsmqOptions> options) : IWsmqGroups
{
    public Task AddToGroupAsync(string userId, string group, CancellationToken cancellationToken = default) =>
        AddAsync(userId, group, null, cancellationToken);

    public Task AddToGroupAsync(string userId, string group, WsmqPosition from, CancellationToken cancellationToken = default) =>
        AddAsync(userId, group, from, cancellationToken);

    public async Task RemoveFromGroupAsync(string userId, string group, CancellationToken cancellationToken = default)
    {
        var (user, name) = (User(userId), Group(group));
        await start.WaitAsync(cancellationToken);
        await store.Memberships.RemoveAsync(name, user, cancellationToken);
    }

    public async Task<bool> IsInGroupAsync(string userId, string group, CancellationToken cancellationToken = default)
    {
        var (user, name) = (User(userId), Group(group));
        await start.WaitAsync(cancellationToken);
        return await store.Memberships.IsMemberAsync(name, user, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListMembersAsync(string group, CancellationToken cancellationToken = default)
    {
        var name = Group(group);
        await start.WaitAsync(cancellationToken);
        return await store.Memberships.MembersOfAsync(name, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListGroupsAsync(string userId, CancellationToken cancellationToken = default)
    {
        var user = User(userId);
        await start.WaitAsync(cancellationToken);
        var memberships = await store.Memberships.GroupsOfAsync(user, cancellationToken);
        return [.. memberships.Select(m => m.Group)];
    }

    private async Task AddAsync(string userId, string group, WsmqPosition? from, CancellationToken cancellationToken)
    {
        var (user, name) = (User(userId), Group(group));
        await start.WaitAsync(cancellationToken);
        await store.Memberships.AddAsync(name, user, from, cancellationToken);
    }

    // Creating the address validates the name; the store takes the plain name.
    private static string Group(string name) => WsmqAddress.Group(name).Name;

    private string User(string id) => options.Value.Access.Judge(WsmqAddress.User(id)).Name;
}
