using Wsmq.Testing;

namespace Wsmq.Faults.Workers;

/// <summary>A worker with the wsmq client in a process of its own, across the processes that it has in the course of a run.</summary>
internal sealed class WorkerProcess(Func<Uri> node, Uri jobs, Timings timings, string folder) : IAsyncDisposable
{
    private NodeProcess? _process;
    private int _starts;

    /// <summary>Its own proxy to the nodes.</summary>
    public TcpProxy Line { get; } = new(node);

    public int ProcessId => _process?.ProcessId ?? throw new RunFailedException("The worker is not running.");

    public async Task StartAsync() => _process = await NodeProcess.StartAsync(
        new NodeStart(typeof(WorkerProcess).Assembly, WorkerCommand.Arguments(Line.Hub, jobs, timings))
        {
            Log = Path.Combine(folder, $"worker-{++_starts}.log"),
        });

    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Line.DisposeAsync();
    }
}
