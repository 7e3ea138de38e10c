using CsCheck;
using StackExchange.Redis;
using Wsmq.Tests.Stores;

namespace Wsmq.Tests.Support;

/// <summary>A store on Redis, and what changes its keys behind its back.</summary>
public abstract class DamagedStoreTest(SharedRedis redis) : IAsyncLifetime
{
    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;

    private protected static WsmqAddress Bob { get; } = WsmqAddress.User("bob");

    private protected RedisHarness Store { get; private set; } = null!;

    private protected IDatabase Redis => _admin.GetDatabase();

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        Store = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await _admin.DisposeAsync();
    }

    /// <summary>Replaces a part of a text by another one.</summary>
    /// <param name="length">The text has about so many characters.</param>
    /// <param name="most">The most characters that are put in.</param>
    private protected static Gen<Func<string, string>> Damages(int length, int most) => Gen.Select(
        Gen.Int[0, length], Gen.Int[0, length],
        Gen.Frequency((2, Gen.String[Gen.Char['\0', '\u00ff'], 0, most]), (1, Gen.String[Gen.Char['0', '9'], 0, most])),
        Func<string, string> (at, cut, text) => whole => whole[..Math.Min(at, whole.Length)] + text + whole[Math.Min(at + cut, whole.Length)..]);

    private protected string[] Keys() => [.. _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*").Select(k => (string)k!)];

    /// <summary>The only key with a part of a name.</summary>
    private protected RedisKey Key(string part) => Keys().Single(k => k.Contains(part, StringComparison.Ordinal));

    private protected Task SetAsync(RedisKey key, RedisValue field, string text) =>
        Redis.HashSetAsync(key, field, text.Select(c => (byte)c).ToArray());
}
