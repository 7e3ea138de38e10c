using System.Collections.Concurrent;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>A worker at each node, which notes when jobs with a delay begin.</summary>
internal sealed class DelayedWorkers : IAsyncDisposable
{
    private const int Concurrency = 64;

    private readonly ConcurrentQueue<(int Number, double Late)> _begun = new();
    private readonly List<WsmqClient> _clients = [];

    /// <summary>The jobs that have begun, and how late, in ms.</summary>
    public List<(int Number, double Late)> Begun => [.. _begun];

    public static async Task<DelayedWorkers> StartAsync(Uri[] nodes)
    {
        var workers = new DelayedWorkers();
        foreach (var (i, node) in nodes.Index())
        {
            var client = new WsmqClient(new Uri(node, $"{DurableNode.HubPath}?{QueryAuthentication.Parameter}=worker{i}"));
            workers._clients.Add(client);
            client.Work<DelayedBody>(DurableNode.Queue, workers.BeginAsync, o => o.Concurrency = Concurrency);
            await client.StartAsync();
        }

        return workers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private Task BeginAsync(WsmqJob<DelayedBody> job, CancellationToken cancellationToken)
    {
        _begun.Enqueue((job.Body.Number, (DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(job.Body.Due)).TotalMilliseconds));
        return Task.CompletedTask;
    }
}
