using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>All sends of this node, in one queue for each lane of the store.</summary>
internal sealed class PublishQueue(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<PublishQueue> logger)
{
    private readonly ByteBudget _budget = new(options.Value.PublishQueueBytes);
    private readonly EarlySends _early = new(time, options.Value.SendTimeout);
    private PublishLane[] _lanes = [];
    private WsmqException? _refusal;

    public void Start()
    {
        _lanes = [.. Enumerable.Range(0, store.Log.Lanes).Select(lane => new PublishLane(lane, store.Log, options.Value, time, metrics, logger))];
        _early.Release(Pass);
    }

    /// <summary>
    /// Takes the send's position in the queue before it returns: the order of the calls is the order of the log. The send is always settled
    /// in the end; before <see cref="Start"/> it waits for the start.
    /// </summary>
    public void Enqueue(PendingSend send)
    {
        if (!send.TryReserve(_budget))
            send.Refuse(new WsmqException(WsmqErrors.ServerBusy));
        else if (!_early.TryHold(send))
            Pass(send);
    }

    /// <summary>The start failed, or will not happen: fails the sends that wait for it, and all later ones.</summary>
    public void RefuseEarly(WsmqException reason)
    {
        _refusal = reason;
        _early.Release(Pass);
    }

    public async Task StopAsync()
    {
        RefuseEarly(new WsmqException(WsmqErrors.Stopping));
        foreach (var lane in _lanes)
            await lane.StopAsync();
    }

    private void Pass(PendingSend send)
    {
        if (_lanes.Length > 0)
            _lanes[store.Log.LaneOf(send.Request.To)].Enqueue(send);
        else
            send.Refuse(_refusal!);
    }
}
