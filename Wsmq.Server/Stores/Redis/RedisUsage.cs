using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>The storage accounts of users, each in the bucket of the user's address.</summary>
internal sealed class RedisUsage(RedisConnections connections, RedisKeys keys, WsmqOptions options, WsmqRedisOptions redisOptions) : IUsageStore
{
    // The capacity assumed for a server without a memory limit.
    private const long Assumed = 4L * 1024 * 1024 * 1024;

    // Measured overhead: the id with its share of the hash and of the hash's growth, the entry's slot in its stream, allocator rounding.
    private const int OfAnEntry = 384;
    private const int OfALog = 4_096;
    private const int OfAnAddress = 512;

    // The general part, and the fields of the account itself.
    private static readonly HashSet<string> Own = ["b", "p", "n", "r", UsageNames.General];

    public long Capacity { get; private set; } = Assumed;

    private long Age => options.Retention.Longest.Micros();

    /// <param name="limit">The lowest memory limit of a primary, in bytes; null if none has a limit.</param>
    public void Learn(long? limit) => Capacity = redisOptions.MemoryBytes ?? limit ?? Assumed;

    public long CostOf(int bytes) => bytes + (bytes / 4) + OfAnEntry;

    public long CostOfAddress(WsmqAddress address) => OfAnAddress + (2 * keys.Of(address).Length);

    public async Task<UsageSum> AddAsync(string user, UsageCharge charge, CancellationToken cancellationToken)
    {
        var values = new List<RedisValue>(8 + (3 * charge.Items.Count))
        {
            Age, charge.Apart, charge.Permanent, charge.Ahead.Micros(), OfALog, UsageNames.Most, UsageNames.LogQuantum, Age / UsageNames.GeneralQuanta,
        };
        foreach (var item in charge.Items)
            values.AddRange([item.Name, item.Last.ToString(), item.Bytes]);
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.UsageAdd, [KeyOf(user)], [.. values], cancellationToken))!;
        return new UsageSum((long)reply[0], TimeSpan.FromMicroseconds((long)reply[1]));
    }

    public async Task<IReadOnlyList<UsagePart>> PartsAsync(string user, CancellationToken cancellationToken)
    {
        var fields = await RedisErrors.GuardAsync(() => connections.Database.HashGetAllAsync(KeyOf(user), CommandFlags.DemandMaster), cancellationToken);
        return [.. fields.Where(f => !Own.Contains(f.Name.ToString())).Select(f => new UsagePart(f.Name.ToString(), f.Value.ToString()))];
    }

    public async Task<long> ChangeAsync(string user, IReadOnlyList<UsageChange> changes, CancellationToken cancellationToken)
    {
        var values = changes.SelectMany(c => new RedisValue[] { c.Name, c.Before, c.After, c.Bytes }).ToArray();
        var reply = await connections.EvaluateAsync(RedisScript.UsageChange, [KeyOf(user)], values, cancellationToken);
        return long.Parse((string)reply!, CultureInfo.InvariantCulture);
    }

    public Task ReleaseAsync(string user, IReadOnlyList<UsageItem> items, CancellationToken cancellationToken)
    {
        var values = items.SelectMany(i => new RedisValue[] { i.Name, i.Last.ToString(), i.Bytes }).ToArray();
        return connections.EvaluateAsync(RedisScript.UsageRelease, [KeyOf(user)], values, cancellationToken);
    }

    private RedisKey KeyOf(string user) => keys.Of(WsmqAddress.User(user)).Usage;
}
