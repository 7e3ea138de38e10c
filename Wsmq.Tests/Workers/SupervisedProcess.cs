using System.Collections.Concurrent;

namespace Wsmq.Tests.Workers;

/// <summary>A process that is started again whenever it has exited, as by a supervisor.</summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<NodeProcess> _starts = new();
    private readonly Task _supervision;

    private SupervisedProcess(NodeStart start, NodeProcess first)
    {
        _starts.Enqueue(first);
        _supervision = SuperviseAsync(start);
    }

    /// <summary>The address that it has printed last.</summary>
    public Uri Address => _starts.Last().Address;

    /// <summary>The ids of the processes, the current one last.</summary>
    public IReadOnlyList<int> ProcessIds => [.. _starts.Select(s => s.ProcessId)];

    public static async Task<SupervisedProcess> StartAsync(NodeStart start) => new(start, await NodeProcess.StartAsync(start));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var process in _starts)
            await process.DisposeAsync();
        _stop.Dispose();
    }

    private async Task SuperviseAsync(NodeStart start)
    {
        while (true)
        {
            await _starts.Last().ExitedAsync(_stop.Token);
            _starts.Enqueue(await NodeProcess.StartAsync(start));
        }
    }
}
