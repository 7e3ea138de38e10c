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
    /// Puts a message into its place. What happens before the first await of the caller is the order of the log, so this takes the
    /// place before it returns, also when the queue is full.
    /// </summary>
    /// <param name="request">What to append.</param>
    /// <param name="admission">Whether the sender may, under way.</param>
    /// <exception cref="WsmqException">The message is not stored, or perhaps not.</exception>
    public async Task<Receipt> EnqueueAsync(AppendRequest request, ValueTask<WsmqException?> admission)
    {
        if (_lanes.Length == 0)
            throw new WsmqException(WsmqErrors.Stopping, "wsmq was not started");
        var bytes = request.Metadata.Length + request.Body.Length;
        if (!_budget.TryTake(bytes))
            throw new WsmqException(WsmqErrors.ServerBusy);
        try
        {
            return await _lanes[store.Log.LaneOf(request.To)].Enqueue(request, admission);
        }
        finally
        {
            _budget.Return(bytes);
        }
    }

    public async Task StopAsync()
    {
        foreach (var lane in _lanes)
            await lane.StopAsync();
    }
}
