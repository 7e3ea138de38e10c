using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Workers;

/// <summary>A node, and what tests ask of its queue.</summary>
/// <param name="node">The node.</param>
internal sealed class WorkerNode(TestNode node) : IAsyncDisposable
{
    private Task? _stop;

    public TestNode Node => node;

    /// <summary>The worker that ends before the node; null if the node has none, or is one itself.</summary>
    public IAsyncDisposable? Worker { get; set; }

    public IJobStore Jobs { get; } = node.Services.GetRequiredService<IStore>().Jobs;

    public Task<QueueInfo> InfoAsync() => Jobs.InfoAsync(WorkerSetup.Queue, default);

    public Task<IReadOnlyList<StoredJob>> ListAsync(JobState state) =>
        Jobs.ListAsync(WorkerSetup.Queue, state, 0, 10, withContent: false, default);

    public Task<WsmqReceipt> SendAsync<T>(T body, WsmqSendOptions? options = null) => node.Publisher.SendAsync(WorkerSetup.Queue, body, options);

    /// <summary>Leases jobs without working on them; returns their files, in the order of the leases.</summary>
    public async Task<IEnumerable<string>> TakeAsync()
    {
        var request = new TakeRequest([new JobConsumer("test", IJobStore.MostInAStep)]);
        var taken = await Jobs.TakeAsync(WorkerSetup.Queue, request, new WsmqQueueOptions().ToRules(), default);
        return taken.Jobs.Select(j => WsmqJsonBody.Parse(Encoding.UTF8.GetString(j.Body.Span)).To<Resize>()!.File);
    }

    public Task CompletedAsync(int jobs) =>
        Eventually.That($"{jobs} jobs are completed", async () => (await InfoAsync()).Totals.Completed == jobs);

    /// <summary>Stops the worker, and then the node. The worker accepts no more jobs once the call has returned its task.</summary>
    public Task StopAsync() => _stop ??= StopOnceAsync();

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopOnceAsync()
    {
        if (Worker is not null)
            await Worker.DisposeAsync();
        node.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await node.DisposeAsync();
    }
}
