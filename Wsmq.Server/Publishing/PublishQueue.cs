using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>Everything that this node appends, in one queue for each lane of the store.</summary>
internal sealed class PublishQueue(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<PublishQueue> logger)
{
    private readonly ByteBudget _budget = new(options.Value.PublishQueueBytes);
    private PublishLane[] _lanes = [];

    public void Start() =>
        _lanes = [.. Enumerable.Range(0, store.Log.Lanes).Select(lane => new PublishLane(lane, store.Log, options.Value, time, metrics, logger))];

    /// <summary>
    /// Puts a message into its place, before it returns: the order of the calls is the order of the log. The send is settled in the
    /// end, whatever happens.
    /// </summary>
    public void Enqueue(PendingSend send)
    {
        if (_lanes.Length > 0 && send.TryReserve(_budget))
        {
            _lanes[store.Log.LaneOf(send.Request.To)].Enqueue(send);
            return;
        }

        send.Refuse(_lanes.Length > 0 ? new WsmqException(WsmqErrors.ServerBusy) : new WsmqException(WsmqErrors.Stopping, "wsmq was not started"));
    }

    public async Task StopAsync()
    {
        foreach (var lane in _lanes)
            await lane.StopAsync();
    }
}
