using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Faults;
using Wsmq.Faults.Jobs;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Workers;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Workers;

/// <summary>
/// A job whose handler ends the process of its worker, in real processes that are started again each time: the nodes of workers in the
/// app on both stores, and a worker with the client, all at the same time because it takes a while. That the store counts lost leases is
/// a part of its contract.
/// </summary>
public sealed class FatalJobTests(SharedRedis redis) : IClassFixture<SharedRedis>, IDisposable
{
    private const int Others = 3;

    private static readonly Timings Times = Timings.For(minutes: 1, stampede: null) with { Lease = TimeSpan.FromSeconds(3) };

    // Nothing is reported there: no job of the load is sent.
    private static readonly Uri Nowhere = new("http://127.0.0.1:1");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_job_that_ends_its_worker_each_time_becomes_a_dead_letter_and_those_beside_it_complete() => Task.WhenAll(
        InTheAppAsync(new NodeSettings(null, _folder.File("wsmq.db"), Times)),
        InTheAppAsync(new NodeSettings(redis.Server.EndPoint, null, Times)),
        WithTheClientAsync(b => b.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix())));

    private static async Task InTheAppAsync(NodeSettings settings)
    {
        await using var process = await StartAsync([NodeCommand.Name, .. (settings with { Jobs = Nowhere }).ToArguments()]);
        await using var proxy = new TcpProxy(() => process.Address);

        await EndsAsync(process, proxy.Hub, () => TryReadAsync(process.Address), worker: id => $"{Environment.MachineName}/{id}");
    }

    private static async Task WithTheClientAsync(Action<WsmqBuilder> useStore)
    {
        await using var node = await TestNode.StartAsync(
            builder =>
            {
                useStore(builder);
                builder.Services.AddSingleton<IWsmqAuthorizer>(new WorkersOnly());
                builder.AddQueue(JobMessages.QueueName, q => (q.Lease, q.MinBackoff) = (Times.Lease, TimeSpan.Zero));
            },
            services: b => b.Services.AddAuthentication(QueryAuthentication.SchemeName)
                .AddScheme<AuthenticationSchemeOptions, QueryAuthentication>(QueryAuthentication.SchemeName, null));
        await using var process = await StartAsync(WorkerCommand.Arguments(node.Hub, Nowhere, Times));

        await EndsAsync(
            process, node.Hub, async () => await QueueState.ReadAsync(node.Services.GetRequiredService<IStore>(), default),
            worker: _ => $"{WorkersOnly.Worker}/default");
    }

    private static async Task EndsAsync(SupervisedProcess process, Uri hub, Func<Task<QueueState?>> readAsync, Func<int, string> worker)
    {
        await using var sender = new WsmqClient(new Uri($"{hub}?{QueryAuthentication.Parameter}=carol"));
        await sender.StartAsync();
        for (var i = 0; i < Others; i++)
            await sender.SendAsync(WsmqAddress.Parse(JobMessages.Queue), new FatalJob(Kills: false));
        var fatal = await sender.SendAsync(WsmqAddress.Parse(JobMessages.Queue), new FatalJob(Kills: true, Others));

        QueueState? state = null;
        await Eventually.That("all others have completed", async () => (state = await readAsync()) is { Jobs: [{ IsDead: true }] });

        // On a busy machine a lease may be lost before its process has begun with the job.
        var limit = new WsmqQueueOptions().MaxLostLeases;
        process.ProcessIds.Should().HaveCountGreaterThan(1).And.HaveCountLessThanOrEqualTo(limit + 1, "each lease ended one process at most, and the last one goes on");
        var dead = state!.Jobs.Single();
        (dead.Position, dead.Reason, dead.LostLeases).Should().Be((fatal.Position, nameof(DeadReason.LeasesLost), limit));
        process.ProcessIds.Select(worker).Should().Contain(dead.Worker);
    }

    private static Task<SupervisedProcess> StartAsync(IReadOnlyList<string> arguments) =>
        SupervisedProcess.StartAsync(new NodeStart(typeof(FatalJob).Assembly, arguments));

    private static async Task<QueueState?> TryReadAsync(Uri node)
    {
        try
        {
            return await QueueState.TryOfAsync(node);
        }
        catch (HttpRequestException)
        {
            // Between two processes.
            return null;
        }
    }
}
