using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>Many jobs and large ones, sent and worked on through the public API; one derived class for each store.</summary>
public abstract class ManyJobsContract
{
    private const string Queue = "numbers";
    private static readonly WsmqAddress Address = WsmqAddress.Work(Queue);

    private readonly ConcurrentQueue<(Number Body, int Attempt)> _handled = new();

    /// <summary>Selects the store.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_thousand_jobs_sent_at_once_get_a_thousand_positions_and_each_is_completed_once_whatever_fails_before()
    {
        await using var node = await StartAsync();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(n => node.Publisher.SendAsync(Address, new Number(n, ""))));

        await Eventually.That("all are completed", async () => (await InfoAsync(node)).Totals.Completed == 1_000);
        receipts.Select(r => r.Position).Should().OnlyHaveUniqueItems();
        receipts.Select(r => r.Id).Should().OnlyHaveUniqueItems();
        _handled.Where(h => h.Attempt == 1).Select(h => h.Body.Value).Order().Should().Equal(Enumerable.Range(0, 1_000));
        _handled.Where(h => h.Attempt == 2).Select(h => h.Body.Value).Order().Should().Equal(Enumerable.Range(0, 1_000).Where(IsOdd));
        _handled.Should().HaveCount(1_500);
        var info = await InfoAsync(node);
        (info.Totals.Stored, info.Totals.FailedAttempts, info.Totals.DeadLettered).Should().Be((1_000, 500, 0));
        (info.Ready, info.Delayed, info.Leased, info.Retrying).Should().Be((0, 0, 0, 0));
    }

    [Fact]
    public async Task A_body_of_more_than_64_KiB_arrives_unchanged_and_one_over_MaxBodyBytes_is_refused()
    {
        await using var node = await StartAsync();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"{n} "));
        await node.Publisher.SendAsync(Address, new Number(2, text));
        var tooLarge = () => node.Publisher.SendAsync(Address, new Number(2, new string('x', 256 * 1024)));

        (await tooLarge.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.MessageTooLarge);
        await Eventually.That("it is handled", () => !_handled.IsEmpty);
        _handled.Single().Body.Text.Should().Be(text).And.HaveLength(108_890);
    }

    private static bool IsOdd(int value) => value % 2 == 1;

    private static Task<QueueInfo> InfoAsync(TestNode node) => node.Services.GetRequiredService<IStore>().Jobs.InfoAsync(Address, default);

    private Task<TestNode> StartAsync() => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton(_handled);
        builder.AddQueue(Queue, q => q.MinBackoff = q.MaxBackoff = TimeSpan.Zero).AddWorker<Number, OddOnesFailFirst>(Queue);
    });

    [WsmqMessageType("number")]
    internal sealed record Number(int Value, string Text);

    internal sealed class OddOnesFailFirst(ConcurrentQueue<(Number Body, int Attempt)> handled) : IWsmqJobHandler<Number>
    {
        public Task HandleAsync(WsmqJob<Number> job, CancellationToken cancellationToken)
        {
            handled.Enqueue((job.Body, job.Attempt));
            return IsOdd(job.Body.Value) && job.Attempt == 1 ? throw new InvalidOperationException("odd") : Task.CompletedTask;
        }
    }
}

public sealed class SqliteManyJobsTests : ManyJobsContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisManyJobsTests(SharedRedis redis) : ManyJobsContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
