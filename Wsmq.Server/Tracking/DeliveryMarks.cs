using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Tracking;

/// <summary>
/// Stores which tracked entries the pumps of this node have written or skipped, many in one call. An ack waits for those of its
/// address before it: the store judges by them whether an entry that it passes was delivered, and in time.
/// </summary>
internal sealed class DeliveryMarks(IStore store, ILogger<DeliveryMarks> logger) : Worker, INodePart
{
    // While the store does not answer. Without the rest a message may be taken for one that was not delivered before its ack.
    private const int MostPending = 65_536;

    private readonly Lock _lock = new();
    private Batch _pending = new();
    private Batch? _writing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Begin();
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await EndAsync();
        await RunAsync();
    }

    public void Add(WsmqAddress source, WsmqPosition position, string user, string device, bool isSkipped)
    {
        var (reader, of) = source.Kind == WsmqAddressKind.User ? (device, string.Empty) : (user, device);
        lock (_lock)
        {
            if (_pending.Marks.Count < MostPending)
                _pending.Add(new TrackedDelivery(source, position, reader, store.Now, isSkipped, of));
        }

        Wake();
    }

    /// <summary>
    /// Completes once what was added before for the addresses of these acks is stored, or an attempt to store it has failed; at once for those
    /// of which nothing was added.
    /// </summary>
    public Task WhenStored(IReadOnlyList<AckRequest> acks)
    {
        Task stored;
        lock (_lock)
        {
            if (!_pending.HasAny(acks))
                return _writing?.HasAny(acks) == true ? _writing.Task : Task.CompletedTask;
            stored = _pending.Task;
        }

        // What an attempt has failed with before waits for this one.
        Wake();
        return stored;
    }

    protected override async ValueTask RunAsync()
    {
        var batch = Take();
        if (batch.Marks.Count == 0)
            return;
        try
        {
            if (await store.Tracking.DeliveredAsync(batch.Marks, CancellationToken.None) is { } unstored)
                Keep(unstored);
        }
        catch (Exception e)
        {
            Keep(new UnstoredMarks(batch.Marks, e));
        }
        finally
        {
            lock (_lock)
                _writing = null;
            batch.TrySetResult();
        }
    }

    // They are stored with the next ones, or before the next ack.
    private void Keep(UnstoredMarks unstored)
    {
        Log.DeliveriesNotMarked(logger, unstored.Cause, unstored.Marks.Count);
        lock (_lock)
            _pending.AddFirst(unstored.Marks.Take(MostPending - _pending.Marks.Count));
    }

    private Batch Take()
    {
        lock (_lock)
        {
            var taken = _pending;
            if (taken.Marks.Count > 0)
                (_pending, _writing) = (new Batch(), taken);
            return taken;
        }
    }

    private sealed class Batch() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private readonly HashSet<WsmqAddress> _sources = [];

        public List<TrackedDelivery> Marks { get; } = [];

        public void Add(TrackedDelivery mark)
        {
            Marks.Add(mark);
            _sources.Add(mark.Source);
        }

        public void AddFirst(IEnumerable<TrackedDelivery> marks)
        {
            TrackedDelivery[] first = [.. marks];
            Marks.InsertRange(0, first);
            _sources.UnionWith(first.Select(m => m.Source));
        }

        public bool HasAny(IReadOnlyList<AckRequest> acks)
        {
            for (var i = 0; _sources.Count > 0 && i < acks.Count; i++)
            {
                if (_sources.Contains(acks[i].Source))
                    return true;
            }

            return false;
        }
    }
}
