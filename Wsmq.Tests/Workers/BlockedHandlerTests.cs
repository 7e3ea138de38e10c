namespace Wsmq.Tests.Workers;

/// <summary>
/// Handlers that block their threads for three leases, in a worker of each kind. They run at the same time because that takes long; the
/// stores make no difference to them.
/// </summary>
public sealed class BlockedHandlerTests(SharedRedis redis) : IClassFixture<SharedRedis>, IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Handlers_that_block_their_threads_lose_no_lease() => Task.WhenAll(
        LoseNoLeaseAsync(WorkerKind.App, b => b.UseSqlite(_folder.File("wsmq.db"))),
        LoseNoLeaseAsync(WorkerKind.Client, b => b.UseRedis(redis.Server.EndPoint)));

    private static async Task LoseNoLeaseAsync(WorkerKind kind, Action<WsmqBuilder> useStore)
    {
        var jobs = Math.Max(32, 4 * Environment.ProcessorCount);
        var script = new WorkScript
        {
            Handle = (_, _) =>
            {
                Thread.Sleep(Lease * 3);
                return Task.CompletedTask;
            },
        };
        await using var worker = await kind.StartAsync(
            new WorkerSetup(useStore, script) { OfQueue = q => q.Lease = Lease, OfWorker = w => w.Concurrency = jobs });
        for (var i = 0; i < jobs; i++)
            await worker.SendAsync(new Resize($"{i}"));

        await worker.CompletedAsync(jobs);
        (await worker.InfoAsync()).Totals.LostLeases.Should().Be(0);
        script.Jobs.Should().HaveCount(jobs);
    }
}
