using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Tests.Stores;

/// <summary>Reads and changes what Redis knows of the nodes that read an address: of users in the lane's hash, of others in their metas.</summary>
internal sealed class ActiveStates(IDatabase database, RedisKeys keys, bool isCluster = false)
{
    private const int NodesAt = 77;
    private static readonly string New = new string('0', 76) + "J";

    public async Task<string> NodesAsync(WsmqAddress address) => address.Kind == WsmqAddressKind.User
        ? (await StateAsync(address))?[NodesAt..] ?? ""
        : (string?)await database.HashGetAsync(keys.Meta(address), "n") ?? "";

    public async Task SetNodesAsync(WsmqAddress address, string nodes) =>
        await database.HashSetAsync(Key(address), keys.Of(address).Name, (await StateAsync(address) ?? New)[..NodesAt] + nodes);

    public Task SetAsync(WsmqAddress address, string state) => database.HashSetAsync(Key(address), keys.Of(address).Name, state);

    /// <summary>Nothing after a position is in journals, and nothing is in journals at all.</summary>
    public async Task RollBackAsync(WsmqAddress address, WsmqPosition tail)
    {
        if (await StateAsync(address) is { } state)
            await SetAsync(address, $"{tail}{new string('0', 28)}{tail}{tail}{state[(NodesAt - 1)..]}");
    }

    public Task LoseAsync(WsmqAddress address) => database.HashDeleteAsync(Key(address), keys.Of(address).Name);

    public async Task<string?> StateAsync(WsmqAddress address) => await database.HashGetAsync(Key(address), keys.Of(address).Name);

    private RedisKey Key(WsmqAddress address) =>
        keys.OfLane(isCluster ? keys.Of(address).Bucket : 0, "", TimeSpan.FromMinutes(2)).Active;
}
