namespace Wsmq.Cli.Http;

/// <summary>Groups, users and tokens.</summary>
internal sealed partial class ApiClient
{
    private const string Groups = "groups";
    private const string Users = "users";
    private const string Members = "members";
    private const string Ban = "ban";

    public Task<IReadOnlyList<ApiAnswer<string>>> ListMembersAsync(string group, CancellationToken stop) =>
        ListAsync<string>(ApiRequest.Get(Groups, group, Members), stop);

    public Task AddMemberAsync(string group, string user, string? from, CancellationToken stop) =>
        ChangeAsync(ApiRequest.Put(Groups, group, Members, user).With("from", from), stop);

    public Task RemoveMemberAsync(string group, string user, CancellationToken stop) =>
        ChangeAsync(ApiRequest.Delete(Groups, group, Members, user), stop);

    public Task<IReadOnlyList<ApiAnswer<string>>> ListGroupsAsync(string user, CancellationToken stop) =>
        ListAsync<string>(ApiRequest.Get(Users, user, "groups"), stop);

    public Task<IReadOnlyList<ApiAnswer<ApiDevice>>> ListDevicesAsync(string user, CancellationToken stop) =>
        ListAsync<ApiDevice>(ApiRequest.Get(Users, user, "devices"), stop);

    public async Task<bool> RemoveDeviceAsync(string user, string device, CancellationToken stop) =>
        (await AskAsync<bool>(ApiRequest.Delete(Users, user, "devices", device), stop)).Value;

    public Task<ApiAnswer<ApiUserConnections>> ListConnectionsAsync(string user, CancellationToken stop) =>
        AskAsync<ApiUserConnections>(ApiRequest.Get(Users, user, "connections"), stop);

    public Task DisconnectAsync(string user, CancellationToken stop) => ChangeAsync(ApiRequest.Post(Users, user, "disconnect"), stop);

    public async Task<bool> IsBannedAsync(string user, CancellationToken stop) =>
        (await AskAsync<bool>(ApiRequest.Get(Users, user, Ban), stop)).Value;

    public Task BanAsync(string user, DateTimeOffset? until, CancellationToken stop) =>
        ChangeAsync(ApiRequest.Put(Users, user, Ban).With("until", until), stop);

    public Task UnbanAsync(string user, CancellationToken stop) => ChangeAsync(ApiRequest.Delete(Users, user, Ban), stop);

    public Task RevokeTokensAsync(string user, DateTimeOffset? before, CancellationToken stop) =>
        ChangeAsync(ApiRequest.Post(Users, user, "revoke-tokens").With("before", before), stop);

    public Task RevokeTokenAsync(string token, DateTimeOffset? expires, CancellationToken stop) =>
        ChangeAsync(ApiRequest.Delete("tokens", token).With("expires", expires), stop);
}
