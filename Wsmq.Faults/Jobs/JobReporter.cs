using Wsmq.Faults.History;

namespace Wsmq.Faults.Jobs;

/// <summary>Reports events of another process to the history of the run.</summary>
/// <param name="listener">The address of the <see cref="JobListener"/>.</param>
internal sealed class JobReporter(Uri listener) : IDisposable
{
    // Idle connections would count as sockets that a node has left over.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) });

    /// <summary>Returns once the event is in the history.</summary>
    public async Task ReportAsync(HistoryEvent happened)
    {
        using var content = new StringContent(happened.ToLine());
        using var answer = await _http.PostAsync(listener, content);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
