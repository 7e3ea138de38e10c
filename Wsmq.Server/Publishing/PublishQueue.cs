using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>All sends of this node, in one queue for each lane of the store.</summary>
internal sealed class PublishQueue(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<PublishQueue> logger) : INodePart
{
    private readonly ByteBudget _budget = new(options.Value.Publish.QueueBytes);
    private readonly ServerTurns _turns = new(time);
    private readonly EarlySends _early = new(time, options.Value.Publish.SendTimeout);
    private PublishLane[] _lanes = [];
    private WsmqException? _refusal;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lanes = [.. store.MessageLog.Appenders.Select(a => new PublishLane(a, options.Value, _turns, time, metrics, logger))];
        _early.Release(Pass);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes the send's position in the queue before it returns: the order of the calls is the order of the log. The send is always settled
    /// in the end; before <see cref="StartAsync"/> it waits for the start.
    /// </summary>
    public void Enqueue(QueuedSend send)
    {
        if (!send.TryReserve(_budget))
            send.Refuse(new WsmqException(WsmqErrors.ServerBusy));
        else if (!_early.TryHold(send))
            Pass(send);
    }

    /// <summary>The start failed, or will not happen: fails the sends that wait for it, and all later ones.</summary>
    public void Refuse(WsmqException reason)
    {
        _refusal = reason;
        _early.Release(Pass);
    }

    public async Task StopAsync()
    {
        Refuse(new WsmqException(WsmqErrors.Stopping));
        foreach (var lane in _lanes)
            await lane.StopAsync();
        _turns.Dispose();
    }

    private void Pass(QueuedSend send)
    {
        if (_lanes.Length > 0)
            _lanes[store.MessageLog.AppenderOf(send.Request.To)].Enqueue(send);
        else
            send.Refuse(_refusal!);
    }
}
