using System.Collections.Concurrent;
using Wsmq;

namespace Devices;

/// <summary>The last reading of each device, in memory here. A real app writes them to its database.</summary>
internal sealed class Telemetry
{
    public static readonly WsmqAddress Queue = WsmqAddress.Work("telemetry");
    private readonly ConcurrentDictionary<string, (Reading Reading, DateTimeOffset At)> _last = new(StringComparer.Ordinal);

    public (Reading Reading, DateTimeOffset At)? LastOf(string device) => _last.TryGetValue(device, out var last) ? last : null;

    public void Add(string device, Reading reading, DateTimeOffset at) =>
        _last.AddOrUpdate(device, (reading, at), (_, last) => at < last.At ? last : (reading, at));
}

/// <summary>
/// Handles readings on any node: each once, or again if a node ended with it. A burst of a thousand devices waits in the queue, not in the
/// memory of the app.
/// </summary>
internal sealed class ReadingHandler(Telemetry telemetry) : IWsmqJobHandler<Reading>
{
    public Task HandleAsync(WsmqJob<Reading> job, CancellationToken cancellationToken)
    {
        // The server has set the sender: a device cannot speak for another one.
        telemetry.Add(job.Sender!, job.Body, job.SentAt);
        return Task.CompletedTask;
    }
}
