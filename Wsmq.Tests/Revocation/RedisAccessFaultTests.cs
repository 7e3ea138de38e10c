using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Revocation;

/// <summary>Bans whose notification, or whose data in the store, is lost.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisAccessFaultTests(SharedRedis redis) : IAsyncLifetime
{
    private readonly string _prefix = redis.NextPrefix();
    private TestNode _node = null!;
    private ConnectionMultiplexer _admin = null!;

    private IDatabase Database => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix));
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Fact]
    public async Task A_ban_whose_notification_is_lost_is_found_by_querying_the_store()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        // As a node writes it, but published on a channel without subscribers.
        await Database.ScriptEvaluateAsync(
            RedisScript.AccessWrite, [Keys.AccessRules, Keys.AccessVersions, Keys.AccessEnds],
            ["b:bob", long.MaxValue / 1024, long.MaxValue / 1024, false, 100, "elsewhere"]);

        await Eventually.That("it is closed", () => bob.Closed is not null);
        WsmqError.Find(bob.Closed!.Message).Should().Be(WsmqErrors.Banned);
    }

    [Fact]
    public async Task A_node_keeps_a_ban_that_its_store_has_lost_and_applies_later_ones()
    {
        await _node.Access.BanAsync("bob");
        await Database.KeyDeleteAsync([Keys.AccessRules, Keys.AccessVersions, Keys.AccessEnds]);
        await using var eve = await PlainClient.ConnectAsync(_node, "eve");
        (await _node.Access.IsBannedAsync("bob")).Should().BeTrue();

        await _node.Access.BanAsync("eve");

        await Eventually.That("it is closed", () => eve.Closed is not null);
        (await _node.Access.IsBannedAsync("bob")).Should().BeTrue();
        await _node.Access.UnbanAsync("bob");
        (await _node.Access.IsBannedAsync("bob")).Should().BeFalse();
    }

    [Fact]
    public async Task A_corrupt_or_foreign_access_rule_has_no_effect_and_the_others_still_apply()
    {
        foreach (var (field, value) in new[] { ("x:bob", "1 2"), ("b:eve", "nonsense"), ("b", "1 2"), ("b:mallory", "-1 5"), ("gone", "") })
        {
            await Database.HashSetAsync(Keys.AccessRules, field, value);
            await Database.SortedSetAddAsync(Keys.AccessVersions, field, 5);
        }

        await Database.HashDeleteAsync(Keys.AccessRules, "gone");
        await _node.Access.BanAsync("bob");

        (await _node.Access.IsBannedAsync("bob")).Should().BeTrue();
        (await _node.Access.IsBannedAsync("eve")).Should().BeFalse();
    }
}
