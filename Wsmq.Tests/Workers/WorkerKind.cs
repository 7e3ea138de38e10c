namespace Wsmq.Tests.Workers;

/// <summary>Where the handlers of a worker run.</summary>
internal abstract class WorkerKind
{
    /// <summary>In the app, which is the node.</summary>
    public static WorkerKind App { get; } = new AppWorkerKind();

    /// <summary>In another process, with the .NET client.</summary>
    public static WorkerKind Client { get; } = new ClientWorkerKind();

    /// <summary>The name under which the store knows the worker.</summary>
    public abstract string Name { get; }

    /// <summary>Starts a node, and a worker there.</summary>
    public abstract Task<WorkerNode> StartAsync(WorkerSetup setup);
}
