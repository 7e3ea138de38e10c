using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>When users were last seen: a string for each, with a time to live. The calls of a batch share round trips.</summary>
internal sealed class RedisLastSeen(RedisConnections connections, RedisKeys keys) : ILastSeenStore
{
    private const int AtATime = 256;

    public async Task NoteAsync(
        IReadOnlyCollection<KeyValuePair<string, long>> users, TimeSpan kept, CancellationToken cancellationToken)
    {
        // Whole seconds: for others the driver has a command of its own, which the ACL rules would have to allow.
        kept = TimeSpan.FromSeconds(Math.Ceiling(kept.TotalSeconds));
        foreach (var part in users.Chunk(AtATime))
        {
            await RedisErrors.GuardAsync(
                () => Task.WhenAll(part.Select(u => connections.Database.StringSetAsync(
                    KeyOf(u.Key), u.Value, kept, When.Always, CommandFlags.DemandMaster))),
                cancellationToken);
        }
    }

    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in users.Chunk(AtATime))
        {
            var values = await RedisErrors.GuardAsync(
                () => Task.WhenAll(part.Select(u => connections.Database.StringGetAsync(KeyOf(u), CommandFlags.DemandMaster))),
                cancellationToken);
            for (var i = 0; i < part.Length; i++)
            {
                // Another value is foreign.
                if (long.TryParse((string?)values[i], NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
                    found[part[i]] = seen;
            }
        }

        return found;
    }

    public Task ForgetAsync(string user, CancellationToken cancellationToken) => RedisErrors.GuardAsync(
        () => connections.Database.KeyDeleteAsync(KeyOf(user), CommandFlags.DemandMaster), cancellationToken);

    private RedisKey KeyOf(string user) => keys.Of(WsmqAddress.User(user)).Seen;
}
