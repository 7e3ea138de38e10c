using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Workers;

/// <summary>A worker to start.</summary>
/// <param name="UseStore">Selects the store; the same one for all nodes of a test.</param>
/// <param name="Script">What its handlers do.</param>
internal sealed record WorkerSetup(Action<WsmqBuilder> UseStore, WorkScript Script)
{
    public const string QueueName = "thumbnails";
    public static readonly WsmqAddress Queue = WsmqAddress.Work(QueueName);

    public Action<WsmqQueueOptions>? OfQueue { get; init; }

    public Action<WsmqWorkOptions>? OfWorker { get; init; }

    public Action<WsmqOptions>? OfNode { get; init; }

    /// <summary>Whether it has a handler for <see cref="Crop"/> as well.</summary>
    public bool KnowsCrops { get; init; }

    /// <summary>Starts a node: it has the queue, whose retries do not wait, and <see cref="WorkersOnly"/>.</summary>
    public async Task<WorkerNode> StartNodeAsync(Action<WsmqBuilder>? more = null) => new(await TestNode.StartAsync(
        builder =>
        {
            UseStore(builder);
            builder.Services.AddSingleton<IWsmqAuthorizer>(new WorkersOnly());
            builder.AddQueue(QueueName, q =>
            {
                q.MinBackoff = q.MaxBackoff = TimeSpan.Zero;
                OfQueue?.Invoke(q);
            });
            more?.Invoke(builder);
        },
        OfNode));
}
