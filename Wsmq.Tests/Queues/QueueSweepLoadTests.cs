using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Xunit.Abstractions;

namespace Wsmq.Tests.Queues;

/// <summary>
/// Redis runs one command at a time: what changes a whole queue must consist of small scripts, however many jobs there are. The test counts
/// the commands that they run, because times mean little on a busy machine; the benchmark <c>queues</c> measures those.
/// </summary>
public sealed class QueueSweepLoadTests(SharedRedis redis, ITestOutputHelper output) : IClassFixture<SharedRedis>
{
    private const int Jobs = 2_000;

    // Each command takes about two microseconds.
    private const int MostCommandsForAJob = 20;

    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    [Fact]
    public async Task Purge_delete_and_redrive_run_scripts_for_200_jobs_at_most()
    {
        await using var node = await TestNode.StartAsync(b => b.UseRedis(redis.Server.EndPoint).AddQueue(Queue.Name));
        var queues = node.Services.GetRequiredService<IWsmqQueues>();
        await SendAsync(node);
        await RejectAsync(node);
        await using var monitor = await RedisMonitor.StartAsync(redis.Server);

        (await queues.RedriveAsync(Queue.Name, new WsmqDeadLetterFilter { Reason = WsmqDeadReason.Rejected })).Should().Be(Jobs);
        (await queues.PurgeAsync(Queue.Name)).Should().Be(Jobs);
        await SendAsync(node);
        (await queues.DeleteAsync(Queue.Name)).Should().Be(Jobs);

        await monitor.SeesAllAsync(redis.Server);
        var scripts = monitor.Scripts;
        output.WriteLine($"{scripts.Count} scripts and commands; at most {scripts.Max(s => s.Count)} commands in a script");
        scripts.Count(s => s.Count > IJobStore.MostInAStep).Should().BeGreaterThanOrEqualTo(3 * Jobs / IJobStore.MostInAStep);
        scripts.Max(s => s.Count).Should().BeLessThan(IJobStore.MostInAStep * MostCommandsForAJob);

        // Of the queue: what else a node does now and then takes its own time.
        var ofQueue = scripts.SelectMany(s => s).Where(c => c.Skip(1).Any(a => a.Contains(Queue.Name, StringComparison.Ordinal))).ToArray();
        ofQueue.Length.Should().BeGreaterThan(Jobs);
        ofQueue.Select(c => c[0].ToUpperInvariant()).Distinct()
            .Should().NotContain(["KEYS", "SCAN", "HGETALL", "HKEYS", "HVALS", "SMEMBERS", "DEL", "UNLINK"], "these take as long as there are jobs");
    }

    private static async Task SendAsync(TestNode node)
    {
        var messages = Enumerable.Range(0, Jobs).Select(i => new WsmqOutgoingMessage
        {
            To = Queue.ToString(), Body = WsmqJsonBody.Parse($"{i}"), Key = $"{i % 50}", UniqueId = $"{i}", TimeToLive = TimeSpan.FromDays(1),
        });
        (await node.Publisher.SendManyAsync([.. messages])).Should().OnlyContain(r => r.Exception == null);
    }

    private static async Task RejectAsync(TestNode node)
    {
        var (jobs, rules) = (node.Services.GetRequiredService<IStore>().Jobs, new WsmqQueueOptions().ToRules());
        for (var left = Jobs; left > 0;)
        {
            var taken = await jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("worker", IJobStore.MostInAStep)]), rules, default);
            await jobs.SettleAsync(Queue, [.. taken.Jobs.Select(j => new Settlement(j.Lease, SettlementKind.Reject))], rules, default);
            left -= taken.Jobs.Count;
        }
    }
}
