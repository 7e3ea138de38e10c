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
    private readonly EarlySends _early = new(time, options.Value.SendTimeout);
    private PublishLane[] _lanes = [];
    private WsmqException? _refusal;

    public void Start()
    {
        _lanes = [.. Enumerable.Range(0, store.Log.Lanes).Select(lane => new PublishLane(lane, store.Log, options.Value, time, metrics, logger))];
        _early.Release(Pass);
    }

    /// <summary>
    /// Puts a message into its place, before it returns: the order of the calls is the order of the log. The send is settled in the
    /// end, whatever happens; before <see cref="Start"/> it waits for that.
    /// </summary>
    public void Enqueue(PendingSend send)
    {
        if (!send.TryReserve(_budget))
            send.Refuse(new WsmqException(WsmqErrors.ServerBusy));
        else if (!_early.TryHold(send))
            Pass(send);
    }

    /// <summary>The start failed, or will not be: what waits for it is told, and what comes later too.</summary>
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
