using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Expiry;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>
/// Appends messages with a delay once they are due. Each node looks when the next one is due that it knows of, and otherwise every few seconds,
/// because the node that stored one may be gone; the store decides which of them appends. The same looks find entries that have expired. Lanes do
/// not wait for each other.
/// </summary>
internal sealed class DueSends(
    IStore store, PublishQueue queue, ExpiredEntries expired, IOptions<WsmqOptions> options, TimeProvider time, ILogger<DueSends> logger) : INodePart
{
    private DueLane[] _lanes = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var services = new DueServices(store, queue, expired, options.Value);
        _lanes = [.. Enumerable.Range(0, store.MessageLog.Appenders.Count).Select(lane => new DueLane(lane, services, time, logger))];
        store.Delayed.Added += Note;
        Array.ForEach(_lanes, lane => lane.Start());
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        store.Delayed.Added -= Note;
        await Task.WhenAll(_lanes.Select(lane => lane.StopAsync()));
    }

    private void Note(int lane, long due) => _lanes[lane].Note(TimeSpan.FromMicroseconds(due - store.Now));
}
