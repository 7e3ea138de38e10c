using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Workers;

/// <summary>The workers of a run beside those in its nodes: one with the wsmq client in a process of its own, and a plain one.</summary>
internal sealed class Workforce : IAsyncDisposable
{
    private readonly PlainWorker _plain;

    /// <param name="node">Returns the node of the next connection.</param>
    /// <param name="jobs">The address of the <see cref="JobListener"/>.</param>
    /// <param name="timings">The timings of the run.</param>
    /// <param name="history">The history of the run.</param>
    /// <param name="folder">The folder of the logs.</param>
    public Workforce(Func<Uri> node, Uri jobs, Timings timings, HistoryFile history, string folder)
    {
        Process = new WorkerProcess(node, jobs, timings, folder);
        _plain = new PlainWorker(node, new JobWork("plain", timings.Lease, Report), timings);

        Task Report(HistoryEvent happened)
        {
            history.Add(happened);
            return Task.CompletedTask;
        }
    }

    public WorkerProcess Process { get; }

    public IReadOnlyList<TcpProxy> Lines => [Process.Line, _plain.Line];

    public Task StartAsync() => Task.WhenAll(Process.StartAsync(), _plain.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await _plain.DisposeAsync();
    }
}
