using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>A full Redis refuses sends, keeps the stored messages, and has capacity again when they are consumed.</summary>
public sealed class FullRedisTests
{
    [Fact]
    public async Task Sends_to_a_full_Redis_are_refused_and_stored_messages_can_be_read_and_consumed()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true, "--maxmemory", "16mb", "--maxmemory-policy", "noeviction");
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint), o => (o.Delivery.AckGrace, o.Publish.DeduplicationWindow, o.Publish.SendTimeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)));
        await using (await PlainClient.ConnectAsync(node, "bob"))
        {
        }

        var stored = 0;
        WsmqException? refused = null;
        while (refused is null)
        {
            var results = await node.Publisher.SendManyAsync([.. Enumerable.Range(stored, 64).Select(_ => Large())]);
            stored += results.Count(r => r.Receipt is not null);
            refused = results.Select(r => r.Exception).FirstOrDefault(e => e is not null);
        }

        refused.Error.Should().Be(WsmqErrors.StoreFull);
        stored.Should().BePositive();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("every message with a receipt arrives", () => bob.Received.Count == stored);
        await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[^1].Position);
        await Eventually.That(
            "Redis has capacity again", async () => (await node.Publisher.SendManyAsync([Large()]))[0].Receipt is not null);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_full_Redis_has_capacity_again_once_messages_have_expired_although_nobody_reads_what_is_before_them()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true, "--maxmemory", "16mb", "--maxmemory-policy", "noeviction");
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint), o => (o.Delivery.AckGrace, o.Publish.SendTimeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        await node.Publisher.SendAsync(Large());

        // Many at once, so that it is full before the first ones have expired.
        await Eventually.That("Redis is full", async () => !await AreStoredAsync(64));

        await Eventually.That("Redis has capacity again", () => AreStoredAsync(1));

        async Task<bool> AreStoredAsync(int count) => (await node.Publisher.SendManyAsync(
            [.. Enumerable.Repeat(Large() with { TimeToLive = TimeSpan.FromSeconds(5) }, count)])).All(r => r.Receipt is not null);
    }

    [Theory]
    [InlineData(1_500)]
    [InlineData(100_000)]
    public async Task One_user_cannot_fill_Redis_and_is_refused_with_quota_exceeded(int size)
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true, "--maxmemory", "40mb", "--maxmemory-policy", "noeviction");
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint), o =>
        {
            o.Limits.UserStorePercent = new WsmqLimitOptions().UserStorePercent;
            o.Limits.ConnectionSendsPerSecond = o.Limits.UserSendsPerSecond = 0;
        });
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var mallory = await PlainClient.ConnectAsync(node, "mallory");
        var empty = await MemoryAsync(redis);
        var (body, refused) = (new string('x', size), 0);
        for (var round = 0; refused < 100; round++)
        {
            var results = await mallory.Connection.InvokeAsync<WsmqItemResult[]>(
                "SendMany", Enumerable.Range(0, 3).Select(i => new { to = $"user:i{((round * 3) + i) % 200}", body }));
            var codes = results.Select(r => WsmqError.Find(r.Error)).OfType<WsmqError>().ToList();
            codes.Should().BeSubsetOf([WsmqErrors.QuotaExceeded]);
            refused += codes.Count;
            await bob.SendAsync("user:bob", round);
        }

        (await MemoryAsync(redis) - empty).Should().BeLessThan(40 * 1024 * 1024 / 8);
        await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 20).Select(_ => Large())]);
    }

    private static async Task<long> MemoryAsync(RedisServer redis) => long.Parse(
        (await redis.CommandAsync("INFO memory")).Split('\n').Single(l => l.StartsWith("used_memory:", StringComparison.Ordinal)).Split(':')[1].Trim(),
        CultureInfo.InvariantCulture);

    private static WsmqOutgoingMessage Large() => new() { To = "user:bob", Data = new byte[60_000] };
}
