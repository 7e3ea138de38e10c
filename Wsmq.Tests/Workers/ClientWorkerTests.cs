using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

public sealed class SqliteClientWorkerTests : ClientWorkerContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisClientWorkerTests(SharedRedis redis) : ClientWorkerContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task A_worker_whose_node_stops_completes_its_job_over_the_next_node()
    {
        var first = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(20));
        await using var second = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(20));
        await using var proxy = new TcpProxy(first.Hub);
        var (go, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var worker = await WorkAsync(
            proxy.Hub,
            (_, _) =>
            {
                begun.TrySetResult();
                return go.Task;
            },
            o => o.Concurrency = 1);
        await second.Publisher.SendAsync(WsmqAddress.Work("thumbnails"), new Resize("1"));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(90));
        proxy.PointTo(second.Hub);
        await first.DisposeAsync();
        await second.Publisher.SendAsync(WsmqAddress.Work("thumbnails"), new Resize("2"));
        go.SetResult();

        await CompletedAsync(second, 2);
        (await InfoAsync(second)).Totals.LostLeases.Should().Be(0);
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
