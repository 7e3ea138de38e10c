using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Workers;

/// <summary>A worker in the app itself.</summary>
internal sealed class AppWorkerKind : WorkerKind
{
    public override string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    public override Task<WorkerNode> StartAsync(WorkerSetup setup) => setup.StartNodeAsync(builder =>
    {
        builder.Services.AddSingleton(setup.Script);
        builder.AddWorker<Resize, Resizer>(WorkerSetup.QueueName, setup.OfWorker);
        if (setup.KnowsCrops)
            builder.AddWorker<Crop, Cropper>(WorkerSetup.QueueName);
    });

    internal sealed class Resizer(WorkScript script) : IWsmqJobHandler<Resize>
    {
        public Task HandleAsync(WsmqJob<Resize> job, CancellationToken cancellationToken) => script.ResizeAsync(job, cancellationToken);
    }

    internal sealed class Cropper(WorkScript script) : IWsmqJobHandler<Crop>
    {
        public Task HandleAsync(WsmqJob<Crop> job, CancellationToken cancellationToken) => script.CropAsync(job);
    }
}
