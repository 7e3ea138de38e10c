using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Schedules;

/// <summary>Recurring jobs on a Redis whose clock the test sets.</summary>
public sealed class RedisRecurringClockTests : IAsyncLifetime
{
    private SteppedRedis _redis = null!;

    public async Task InitializeAsync() => _redis = await SteppedRedis.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task After_a_long_outage_two_nodes_that_start_together_store_one_job_and_a_step_back_strands_none()
    {
        await (await StartAsync()).DisposeAsync();
        await using var watch = await RedisHarness.StartAsync(_redis.EndPoint, "wsmq", new WsmqOptions());
        (await RecurringJobs.JobsAsync(watch.Store)).Should().BeEmpty();
        _redis.Step(TimeSpan.FromDays(100));

        var nodes = await Task.WhenAll(StartAsync(), StartAsync());
        await Eventually.That("the next occurrence is stored", async () => await LeftAsync(watch) is > 0 and < 32);
        var job = (await RecurringJobs.JobsAsync(watch.Store)).Should().ContainSingle().Subject;
        (job.Occurrence.Day, job.Occurrence.TimeOfDay).Should().Be((1, TimeSpan.Zero));
        job.Occurrence.Should().BeAfter(DateTimeOffset.UtcNow.AddDays(60), "the newest of those that were missed runs");

        _redis.Step(TimeSpan.Zero);
        await Eventually.That("the occurrences are determined anew", async () => await LeftAsync(watch) is > 0 and < 32);
        _redis.Step(TimeSpan.FromDays(32));
        await Eventually.That("the next one runs", async () => (await RecurringJobs.JobsAsync(watch.Store)).Count == 2);
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    // The days until the next occurrence.
    private static async Task<double> LeftAsync(StoreHarness watch)
    {
        var held = await watch.Store.Declarations.DeclareAsync(RecurringJobs.Address, new QueueDeclaration(0, """{"Options":{},"Recurring":{}}"""), default);
        var left = ScheduleState.Parse(held.Schedules["monthly"])!.Due - held.Now;
        return TimeSpan.FromMicroseconds(left).TotalDays;
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        b => b.UseRedis(_redis.EndPoint).AddRecurring(RecurringJobs.Queue, "monthly", "0 0 1 * *", new BuildReport("a")),
        o => o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(500));
}
