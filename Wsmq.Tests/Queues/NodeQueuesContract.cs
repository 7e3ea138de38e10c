using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Queues;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

/// <summary>What an app sees and changes of its queues, and the steps of which its calls consist; one derived class for each store.</summary>
public abstract class NodeQueuesContract : WsmqQueuesContract
{
    [Fact]
    public async Task A_purge_removes_all_that_wait_in_steps_and_leaves_leased_and_dead_ones_and_what_was_sent_after_it_began()
    {
        await using var node = await StartAsync();
        await FillAsync(node);
        await SendAsync(node, 1_100);
        await SendAsync(node, 900, m => m with { Delay = TimeSpan.FromHours(1) });
        await SendAsync(node, 300, m => m with { Key = "k" });
        var queues = Steps(node);

        var first = await queues.PurgeAsync(Address, null, null, default);
        var later = new[] { await SendAsync(node, "high", m => m with { Priority = WsmqJobPriority.High }), await SendAsync(node, "low", m => m with { Key = "k", Priority = WsmqJobPriority.Low }) };
        var (count, steps) = (first.Count, 1);
        for (var next = first.Next; next is not null; steps++)
        {
            (var changed, next) = await queues.PurgeAsync(Address, null, next, default);
            count += changed;
        }

        count.Should().Be(2_300 + 4);
        steps.Should().BeGreaterThan(1);
        var info = await queues.InfoAsync(Name);
        (info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead).Should().Be((2, 0, 1, 0, 0, 1));
        (await queues.PeekAsync(Name, WsmqJobState.Ready)).Select(j => j.Position).Should().Equal(later);
    }

    [Fact]
    public async Task A_purge_that_was_cancelled_can_be_repeated()
    {
        await using var node = await StartAsync();
        await SendAsync(node, 2_500);
        var queues = Steps(node);
        var step = await queues.PurgeAsync(Address, null, null, default);
        await queues.Awaiting(q => q.PurgeAsync(Name, cancellationToken: new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        var rest = await queues.PurgeAsync(Name);

        (step.More, step.Count + rest).Should().Be((true, 2_500));
        (await queues.InfoAsync(Name)).Ready.Should().Be(0);
    }

    [Fact]
    public async Task A_step_that_continues_something_else_is_refused()
    {
        await using var node = await StartAsync();
        var queues = Steps(node);

        foreach (var next in new[] { "", "1", "1.4.0.0", "1.-1.0.0", "1.0.0.2", "x.0.0.0", "1.0.0.0.0", new string('9', 30) + ".0.0.0" })
        {
            (await queues.Awaiting(q => q.PurgeAsync(Address, null, next, default)).Should().ThrowAsync<WsmqException>())
                .Which.Error.Should().Be(WsmqErrors.InvalidMessage, next);
        }
    }

    [Fact]
    public async Task A_job_that_is_redriven_and_becomes_a_dead_letter_again_is_not_redriven_by_the_same_call()
    {
        await using var node = await StartAsync();
        await BuryAsync(node, 2_200, "a");
        var queues = Steps(node);

        var first = await queues.RedriveAsync(Address, null, null, default);
        await RejectAsync(node, 200);
        var count = first.Count;
        for (var next = first.Next; next is not null;)
        {
            (var changed, next) = await queues.RedriveAsync(Address, null, next, default);
            count += changed;
        }

        (first.More, count).Should().Be((true, 2_200));
        var info = await queues.InfoAsync(Name);
        (info.Ready, info.Dead).Should().Be((2_000, 200));
    }

    private protected override IWsmqQueues Queues(TestNode node) => node.Services.GetRequiredService<IWsmqQueues>();

    private static WsmqQueues Steps(TestNode node) => (WsmqQueues)node.Services.GetRequiredService<IWsmqQueues>();
}

public sealed class SqliteWsmqQueuesTests : NodeQueuesContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisWsmqQueuesTests(SharedRedis redis) : NodeQueuesContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
