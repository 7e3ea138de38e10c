using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>A Redis that is reachable at the start of the app, and temporarily cannot serve.</summary>
public sealed class RedisNotYetTests
{
    [Fact]
    public async Task The_start_waits_for_a_Cluster_that_is_temporarily_down()
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");

        var starting = TestNode.StartAsync(s => s.UseRedis(redis.EndPoint), services: b => b.Logging.AddProvider(logs));
        await Eventually.That("it waits, or has failed", () =>
            starting.IsCompleted || logs.Of(LogLevel.Warning).Any(t => t.Contains("CLUSTERDOWN", StringComparison.Ordinal)));
        await using (var admin = await AdminConnection.OpenAsync(redis.EndPoint))
            await admin.GetServer(redis.EndPoint).ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");

        await using var node = await starting;
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.SendAsync("user:bob", 1);
        await bob.ReceivesAsync("1");
    }

    [Fact]
    public async Task The_start_fails_and_names_a_Cluster_that_stays_down()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");

        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis($"{redis.EndPoint},connectTimeout=5000,connectRetry=1")));

        refused.Should().BeAssignableTo<InvalidOperationException>()
            .Which.Message.Should().Contain(redis.EndPoint).And.Contain("CLUSTERDOWN").And.Contain("for the moment");
    }

    [Fact]
    public async Task The_start_waits_for_a_Redis_that_is_busy_with_a_script()
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--busy-reply-threshold", "1");
        await using var admin = await AdminConnection.OpenAsync(redis.EndPoint);
        await using var other = await AdminConnection.OpenAsync(redis.EndPoint);
        var busy = admin.GetDatabase().ExecuteAsync("EVAL", "while true do end", 0);

        var starting = TestNode.StartAsync(s => s.UseRedis($"{redis.EndPoint},connectTimeout=1000,connectRetry=60"), services: b => b.Logging.AddProvider(logs));
        await Eventually.That("it waits, or has failed", () =>
            starting.IsCompleted || logs.Of(LogLevel.Warning).Any(t => t.Contains("(BUSY", StringComparison.Ordinal)));
        await other.GetServer(redis.EndPoint).ExecuteAsync("SCRIPT", "KILL");

        await using var node = await starting;
        await Record.ExceptionAsync(() => busy);
    }
}
