using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Memberships: the group's hash is authoritative, the user's set is an index; each is in the bucket of its own address.</summary>
internal sealed class RedisMembershipStore(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, int maxGroups, ILogger logger) : IMembershipStore
{
    // As join.lua returns it.
    private const int BeyondTail = 2;

    // The group's hash is written first: a failure between the two writes leaves a member whose connections are not notified yet, and
    // repeating the call repairs that. In the opposite order, a group that the user has left would stay readable.
    public async Task AddAsync(string group, string user, WsmqPosition? from, CancellationToken cancellationToken)
    {
        await RequireRoomAsync(group, user, cancellationToken);
        var address = WsmqAddress.Group(group);
        var log = keys.Of(address);
        var joined = (int)await connections.EvaluateAsync(
            RedisScript.Join, [log.Members, log.Meta], [user, from?.ToString() ?? string.Empty], cancellationToken);
        if (joined == BeyondTail)
            throw new WsmqException(WsmqErrors.PositionBeyondTail);
        await IndexAsync("SADD", group, user, changed: joined == 1, cancellationToken);
    }

    public async Task RemoveAsync(string group, string user, CancellationToken cancellationToken)
    {
        var address = WsmqAddress.Group(group);
        var log = keys.Of(address);
        var left = await connections.EvaluateAsync(
            RedisScript.Leave,
            [
                log.Members, log.CursorsOf(user), log.Meta, log.DeadOf(user), log.DeadPlacesOf(user),
                keys.DeadReaders(log.Bucket), keys.DeadEnds(log.Bucket),
            ],
            [user, lanes.PublishCommand, Channels(address), RedisSignalReader.MemberLeft(log, user), log.DeadReaderOf(user)],
            cancellationToken);
        await IndexAsync("SREM", group, user, changed: (bool)left, cancellationToken);

        // A concurrent call may have added the member again between the two steps; this one has then removed its index entry: restore it.
        if (await IsMemberAsync(group, user, cancellationToken))
            await IndexAsync("SADD", group, user, changed: false, cancellationToken);
    }

    public Task<bool> IsMemberAsync(string group, string user, CancellationToken cancellationToken) =>
        connections.AskAsync(
            (database, primary) => database.HashExistsAsync(keys.Of(WsmqAddress.Group(group)).Members, user, primary), cancellationToken);

    public async Task<IReadOnlyList<Membership>> GroupsOfAsync(string user, CancellationToken cancellationToken)
    {
        var key = keys.Of(WsmqAddress.User(user)).Groups;
        var index = await connections.AskAsync((database, primary) => database.SetMembersAsync(key, primary), cancellationToken);
        var memberships = await Task.WhenAll(index.Select(group => MembershipAsync((string)group!, user, cancellationToken)));
        return [.. memberships.OfType<Membership>()];
    }

    // Corrupt data of one group affects that group only.
    private async Task<Membership?> MembershipAsync(string group, string user, CancellationToken cancellationToken)
    {
        if (WsmqAddress.TryParse($"{WsmqAddress.Prefix(WsmqAddressKind.Group)}:{group}", out var address, out _))
        {
            try
            {
                var joined = await connections.AskAsync(
                    (database, primary) => database.HashGetAsync(keys.Of(address).Members, user, primary), cancellationToken);
                if (joined.IsNull)
                    return null;
                if (WsmqPosition.TryParse(joined, out var position))
                    return new Membership(group, position);
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
            {
                // Logged below.
            }
        }

        Log.UnreadableMembership(logger, user, group);
        return null;
    }

    public async Task<IReadOnlyList<string>> MembersOfAsync(string group, CancellationToken cancellationToken)
    {
        var key = keys.Of(WsmqAddress.Group(group)).Members;
        var members = await connections.AskAsync((database, primary) => database.HashKeysAsync(key, primary), cancellationToken);
        return [.. members.Select(m => (string)m!)];
    }

    // Users and groups are in different buckets, so this check is not atomic: concurrent joins may exceed the limit.
    private async Task RequireRoomAsync(string group, string user, CancellationToken cancellationToken)
    {
        var index = keys.Of(WsmqAddress.User(user)).Groups;
        var count = connections.AskAsync((database, primary) => database.SetLengthAsync(index, primary), cancellationToken);
        var known = await connections.AskAsync((database, primary) => database.SetContainsAsync(index, group, primary), cancellationToken);
        if (await count >= maxGroups && !known)
            throw new WsmqException(WsmqErrors.TooManyGroups, $"at most {maxGroups}");
    }

    private Task IndexAsync(string command, string group, string user, bool changed, CancellationToken cancellationToken)
    {
        var address = WsmqAddress.User(user);
        var log = keys.Of(address);
        return connections.EvaluateAsync(
            RedisScript.Index,
            [log.Groups, log.Meta, lanes.Of(address).Keys.Active],
            [command, group, changed, lanes.PublishCommand, Channels(address), RedisSignalReader.Membership(log), log.Name],
            cancellationToken);
    }

    private string Channels(WsmqAddress address) => lanes.Of(address).Keys.Channels;
}
