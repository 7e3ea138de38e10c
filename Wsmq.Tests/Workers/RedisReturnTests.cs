using System.Collections.Concurrent;

namespace Wsmq.Tests.Workers;

/// <summary>Redis is away while workers of both kinds are idle.</summary>
public sealed class RedisReturnTests
{
    private const int Jobs = 100;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeftAfterIt = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Workers_begin_with_jobs_that_are_sent_when_Redis_is_back_and_with_a_delayed_one_at_its_time()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await using var app = await StartAsync(WorkerKind.App, redis);
        await using var client = await StartAsync(WorkerKind.Client, redis);
        var due = DateTimeOffset.UtcNow + Outage + LeftAfterIt;
        await Task.WhenAll(app.SendDelayedAsync(due), client.SendDelayedAsync(due));

        await redis.StopAsync();
        await Eventually.That("the outage has lasted for long enough", () => DateTimeOffset.UtcNow > due - LeftAfterIt);
        await redis.RestartAsync();
        await Task.WhenAll(app.WorksAsync(due), client.WorksAsync(due));
    }

    private static async Task<Idle> StartAsync(WorkerKind kind, RedisServer redis)
    {
        var begun = new ConcurrentDictionary<string, DateTimeOffset>();
        var script = new WorkScript
        {
            Handle = (job, _) =>
            {
                begun[job.Body.File] = DateTimeOffset.UtcNow;
                return Task.CompletedTask;
            },
        };
        var worker = await kind.StartAsync(new WorkerSetup(b => b.UseRedis(redis.EndPoint, o => o.KeyPrefix = kind.GetType().Name), script));
        return new Idle(worker, await ClientWorkerKind.SenderAsync(worker.Node), begun);
    }

    private sealed class Idle(WorkerNode worker, WsmqClient sender, ConcurrentDictionary<string, DateTimeOffset> begun) : IAsyncDisposable
    {
        public async Task SendDelayedAsync(DateTimeOffset due)
        {
            await sender.SendAsync(WorkerSetup.Queue, new Resize("first"));
            await sender.SendAsync(WorkerSetup.Queue, new Resize("due"), new WsmqSendOptions { NotBefore = due });
            await worker.CompletedAsync(1);
        }

        public async Task WorksAsync(DateTimeOffset due)
        {
            await Task.WhenAll(Enumerable.Range(0, Jobs).Select(i => sender.SendAsync(WorkerSetup.Queue, new Resize($"{i}"))));

            await worker.CompletedAsync(Jobs + 2);
            begun.Should().HaveCount(Jobs + 2);
            (begun["due"] - due).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(Outage, "the wait for it did not begin again with the outage");
        }

        public async ValueTask DisposeAsync()
        {
            await sender.DisposeAsync();
            await worker.DisposeAsync();
        }
    }
}
