using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Running;

/// <summary>
/// Nodes send live pushes to users, groups and all connections, without the store. Deliveries are counted; a push must not reach other
/// devices, and none twice.
/// </summary>
internal sealed class LiveLoad(Deployment deployment, IReadOnlyList<string> targets, HistoryFile history, int seed) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Pushes until it is stopped, and returns once the last push has its outcome.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(~seed);
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            await PushAsync(targets[random.Next(targets.Count)], $"l{number}");
            await Task.Delay(random.Next(50, 250), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task PushAsync(string to, string id)
    {
        history.Add(new HistoryEvent { Kind = EventKind.Push, Id = id, Address = to });
        try
        {
            using var answer = await _http.PostAsync(new Uri(deployment.NextNode(), $"/live/{to}/{id}"), content: null);
            if (answer.IsSuccessStatusCode)
                return;
            history.Add(new HistoryEvent { Kind = EventKind.Push, Id = id, Why = $"{answer.StatusCode}" });
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The node is down or hangs: a live push is not guaranteed.
            history.Add(new HistoryEvent { Kind = EventKind.Push, Id = id, Why = e.GetType().Name });
        }
    }
}
