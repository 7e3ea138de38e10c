using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Feeds;

/// <summary>The feeds of this node: one for each address that has a reader here, removed with its last reader.</summary>
internal sealed class FeedRegistry(IStore store, IOptions<WsmqOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, Slot> _slots = [];
    private readonly Dictionary<WsmqAddress, Task> _closing = [];

    /// <summary>How many addresses are read on this node.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _slots.Count;
        }
    }

    /// <summary>
    /// Returns the feed of an address, subscribed to its signals and up to date. Release it with <see cref="ReleaseAsync(LogFeed)"/>.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<LogFeed> AcquireAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        var slot = await TakeSlotAsync(source, cancellationToken);
        try
        {
            await slot.Ready!.WaitAsync(cancellationToken);

            // The original task would keep its state in memory for as long as the feed lives.
            slot.Ready = Task.CompletedTask;
            return slot.Feed;
        }
        catch
        {
            await ReleaseAsync(source, slot);
            throw;
        }
    }

    public Task ReleaseAsync(LogFeed feed)
    {
        Slot? slot;
        lock (_lock)
            slot = _slots.GetValueOrDefault(feed.Source);
        return slot?.Feed == feed ? ReleaseAsync(feed.Source, slot) : Task.CompletedTask;
    }

    /// <summary>Compares every feed with the store, some at a time.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task ResyncAsync(CancellationToken cancellationToken)
    {
        LogFeed[] feeds;
        lock (_lock)
            feeds = [.. _slots.Values.Select(s => s.Feed)];
        await ResyncAsync(feeds, cancellationToken);
    }

    /// <summary>Compares one feed with the store.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task ResyncAsync(LogFeed feed, CancellationToken cancellationToken)
    {
        if (!await ResyncAsync([feed], cancellationToken))
            throw new WsmqException(WsmqErrors.StoreCorrupt);
    }

    /// <summary>
    /// Requires that a position named by a client is not past the tail. If it is past the tail that this node has seen, the store is
    /// queried: the client may have received the entry from another node, before its signal reached this node.
    /// </summary>
    /// <exception cref="WsmqException">
    /// The given error if the position is past the tail, <c>store-unavailable</c> or <c>store-corrupt</c>.
    /// </exception>
    public async Task RequireWithinAsync(LogFeed feed, WsmqPosition position, WsmqError error, CancellationToken cancellationToken)
    {
        if (position > feed.Tail)
            await ResyncAsync(feed, cancellationToken);
        if (position > feed.Tail)
            throw new WsmqException(error);
    }

    /// <summary>Returns false if the stored state of one of them is corrupt; the others are updated.</summary>
    private async Task<bool> ResyncAsync(LogFeed[] feeds, CancellationToken cancellationToken)
    {
        if (feeds.Length == 0)
            return true;
        var seenBefore = Array.ConvertAll(feeds, f => f.Tail);
        var states = await store.MessageLog.StatesAsync([.. feeds.Select(f => f.Source)], cancellationToken);
        for (var i = 0; i < feeds.Length; i++)
        {
            if (states[i] is { } state)
                feeds[i].Observe(state, seenBefore[i]);
        }

        return Array.TrueForAll(states, s => s is not null);
    }

    // Waits for a pending unsubscribe: a concurrent subscribe to the same channel would race with it, and either might win.
    private async Task<Slot> TakeSlotAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? closing;
            lock (_lock)
            {
                if (!_closing.TryGetValue(source, out closing))
                {
                    if (!_slots.TryGetValue(source, out var slot))
                        _slots.Add(source, slot = new Slot(new LogFeed(source, options.Value)));
                    slot.Users++;
                    slot.Ready ??= OpenAsync(slot);
                    return slot;
                }
            }

            await closing.WaitAsync(cancellationToken);
        }
    }

    // Subscribe first, then read the state: in the other order an entry appended between the two would be missed.
    private async Task OpenAsync(Slot slot)
    {
        slot.Subscription = await store.Signals.SubscribeAsync(slot.Feed.Source, slot.Feed.OnSignal, CancellationToken.None);
        await ResyncAsync(slot.Feed, CancellationToken.None);
    }

    private Task ReleaseAsync(WsmqAddress source, Slot slot)
    {
        lock (_lock)
        {
            if (--slot.Users > 0)
                return Task.CompletedTask;
            _slots.Remove(source);
            return _closing[source] = CloseAsync(source, slot);
        }
    }

    private async Task CloseAsync(WsmqAddress source, Slot slot)
    {
        // Continues outside of the lock that the caller holds.
        await Task.Yield();
        try
        {
            // A slot that failed to open may still have subscribed. The callers that acquired it have received the failure.
            await slot.Ready!.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (slot.Subscription is not null)
                await slot.Subscription.DisposeAsync();
        }
        finally
        {
            lock (_lock)
                _closing.Remove(source);
        }
    }

    private sealed class Slot(LogFeed feed)
    {
        public LogFeed Feed { get; } = feed;

        public int Users { get; set; }

        public Task? Ready { get; set; }

        public IAsyncDisposable? Subscription { get; set; }
    }
}
