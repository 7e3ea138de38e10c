using Wsmq.Server.Logs;

namespace Wsmq.Server.Groups;

internal sealed class WsmqGroups(IStore store) : IWsmqGroups
{
    public Task AddAsync(string group, string userId, CancellationToken cancellationToken = default) =>
        store.Memberships.AddAsync(Group(group), User(userId), cancellationToken);

    public Task RemoveAsync(string group, string userId, CancellationToken cancellationToken = default) =>
        store.Memberships.RemoveAsync(Group(group), User(userId), cancellationToken);

    public Task<bool> IsMemberAsync(string group, string userId, CancellationToken cancellationToken = default) =>
        store.Memberships.IsMemberAsync(Group(group), User(userId), cancellationToken);

    public Task<IReadOnlyList<string>> MembersAsync(string group, CancellationToken cancellationToken = default) =>
        store.Memberships.MembersOfAsync(Group(group), cancellationToken);

    public async Task<IReadOnlyList<string>> GroupsOfAsync(string userId, CancellationToken cancellationToken = default)
    {
        var memberships = await store.Memberships.GroupsOfAsync(User(userId), cancellationToken);
        return [.. memberships.Select(m => m.Group)];
    }

    // Names are checked as those of addresses, because that is what they become.
    private static string Group(string name) => Address.Group(name).Name;

    private static string User(string id) => Address.User(id).Name;
}
