using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>Everything that this node appends, in one queue for each lane of the store.</summary>
internal sealed class PublishQueue(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<PublishQueue> logger)
{
    private PublishLane[] _lanes = [];

    public void Start() =>
        _lanes = [.. Enumerable.Range(0, store.Log.Lanes).Select(lane => new PublishLane(lane, store.Log, options.Value, time, metrics, logger))];

    /// <summary>
    /// Puts a message into its place. What happens before the first await of the caller is the order of the log, so this takes the
    /// place before it returns, also when the queue is full.
    /// </summary>
    /// <param name="request">What to append.</param>
    /// <param name="admission">Whether the sender may, under way.</param>
    /// <returns>The receipt; fails with a <see cref="WsmqException"/>.</returns>
    public Task<Receipt> Enqueue(AppendRequest request, ValueTask<WsmqException?> admission)
    {
        if (_lanes.Length == 0)
            throw new WsmqException(WsmqErrors.Stopping, "wsmq was not started");
        return _lanes[store.Log.LaneOf(request.To)].Enqueue(request, admission);
    }

    public async Task StopAsync()
    {
        foreach (var lane in _lanes)
            await lane.StopAsync();
    }
}
