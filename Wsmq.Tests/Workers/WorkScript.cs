using System.Collections.Concurrent;

namespace Wsmq.Tests.Workers;

[WsmqMessageType("resize")]
public sealed record Resize(string File);

/// <summary>A type that not every worker knows.</summary>
[WsmqMessageType("crop")]
public sealed record Crop(string File);

/// <summary>What the handlers of a test do, whatever their worker, and the jobs that they were called with.</summary>
internal sealed class WorkScript
{
    public Func<WsmqJob<Resize>, CancellationToken, Task> Handle { get; set; } = (_, _) => Task.CompletedTask;

    public ConcurrentQueue<WsmqJob<Resize>> Jobs { get; } = new();

    public ConcurrentQueue<WsmqJob<Crop>> Crops { get; } = new();

    public IEnumerable<string> Files => Jobs.Select(j => j.Body.File);

    public Task ResizeAsync(WsmqJob<Resize> job, CancellationToken cancellationToken)
    {
        Jobs.Enqueue(job);
        return Handle(job, cancellationToken);
    }

    public Task CropAsync(WsmqJob<Crop> job)
    {
        Crops.Enqueue(job);
        return Task.CompletedTask;
    }
}
