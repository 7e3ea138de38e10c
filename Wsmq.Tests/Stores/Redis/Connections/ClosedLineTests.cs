using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>While the connections are closed, as after the sentinels have named another primary, no call waits indefinitely.</summary>
public sealed class ClosedLineTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receipt_that_waits_for_replicas_fails_in_time_without_a_connection(bool closedBefore)
    {
        var options = new WsmqRedisOptions
        {
            Configuration = redis.Server.EndPoint, ReceiptReplicas = 1, ReplicaTimeout = TimeSpan.FromSeconds(closedBefore ? 0.2 : 2),
        };
        await using var connections = new RedisConnections(Options.Create(options));
        await connections.ConnectAsync(CancellationToken.None);
        var lanes = new RedisLanes(connections, new RedisKeys(redis.NextPrefix(), WsmqRedisOptions.UsualBuckets), new WsmqOptions());
        await using var replicas = new RedisReplicas(connections, options, NullLogger.Instance);
        var lane = replicas.Of(lanes[0]);

        if (closedBefore)
            connections.ReplicaLine.Close();
        lane.Appended(1);
        var receipt = lane.Last;
        connections.ReplicaLine.Close();

        var error = await Record.ExceptionAsync(() => receipt.WaitAsync(TimeSpan.FromSeconds(60)));
        error.Should().BeOfType<WsmqException>().Which.Error.Should().Be(WsmqErrors.NotReplicated);
    }

    [Fact]
    public async Task A_node_can_stop_without_a_connection()
    {
        var options = new WsmqRedisOptions { Configuration = redis.Server.EndPoint };
        await using var connections = new RedisConnections(Options.Create(options));
        await connections.ConnectAsync(CancellationToken.None);
        var keys = new RedisKeys(redis.NextPrefix(), WsmqRedisOptions.UsualBuckets);
        var interest = new RedisInterest(connections, keys, new RedisLanes(connections, keys, new WsmqOptions()), _ => true, TimeSpan.Zero);
        await interest.ReportAsync(WsmqAddress.User("bob"));

        connections.CommandLine.Close();

        await FluentActions.Awaiting(interest.StopAsync).Should().NotThrowAsync();
    }
}
