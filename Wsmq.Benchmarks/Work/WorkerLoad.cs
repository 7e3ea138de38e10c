using System.Collections.Concurrent;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>Workers with the .NET client, whose jobs do nothing.</summary>
internal sealed class WorkerLoad(WsmqClient[] clients, string queue, int concurrency)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<long[]> _begun = new();

    public async Task RunAsync()
    {
        foreach (var client in clients)
            client.Work<LoadJob>(queue, BeginAsync, o => o.Concurrency = concurrency);
        await Task.WhenAll(clients.Select(c => c.StartAsync()));
        LoadCommand.Say(new { ready = true });
        _ = ReportAsync();
        await foreach (var _ in StandardInput.LinesAsync())
        {
            var jobs = _begun.ToArray();
            _begun.Clear();
            LoadCommand.Say(new { jobs });
        }
    }

    private Task BeginAsync(WsmqJob<LoadJob> job, CancellationToken cancellationToken)
    {
        _begun.Enqueue([job.Body.Producer, job.Body.Number, Clock.Micros - job.Body.Due]);
        return Task.CompletedTask;
    }

    private async Task ReportAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        var reported = 0;
        while (await timer.WaitForNextTickAsync())
        {
            if (_begun.Count is var begun && begun != reported)
                LoadCommand.Say(new { completed = reported = begun });
        }
    }
}
