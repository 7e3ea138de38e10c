using Microsoft.Extensions.Options;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>The feeds of this node: one for each address that somebody here reads, gone with its last reader.</summary>
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

    /// <summary>The feed of an address, subscribed to its signals and up to date. Release what you acquired.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<LogFeed> AcquireAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        var slot = await TakeSlotAsync(source, cancellationToken);
        try
        {
            await slot.Ready!.WaitAsync(cancellationToken);

            // The task itself would keep what it was made of for as long as the feed lives.
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

    /// <summary>Compares every feed with the store, in one round trip for each lane.</summary>
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
    /// Requires that a log has come to a position that a client names. It may come from a connection to another node, which knew of
    /// the entry before this one did: then the store is asked.
    /// </summary>
    /// <exception cref="WsmqException">The error given where the position lies behind the end, <c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task RequireWithinAsync(LogFeed feed, WsmqPosition position, WsmqError error, CancellationToken cancellationToken)
    {
        if (position > feed.Tail)
            await ResyncAsync(feed, cancellationToken);
        if (position > feed.Tail)
            throw new WsmqException(error);
    }

    /// <summary>False where another hand has spoilt what the store keeps of one of them; the others go on.</summary>
    private async Task<bool> ResyncAsync(LogFeed[] feeds, CancellationToken cancellationToken)
    {
        if (feeds.Length == 0)
            return true;
        var seenBefore = Array.ConvertAll(feeds, f => f.Tail);
        var states = await store.Log.StatesAsync([.. feeds.Select(f => f.Source)], cancellationToken);
        for (var i = 0; i < feeds.Length; i++)
        {
            if (states[i] is { } state)
                feeds[i].Observe(state, seenBefore[i]);
        }

        return Array.TrueForAll(states, s => s is not null);
    }

    // A channel that is being unsubscribed must not be subscribed at the same time: either might win.
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

    // Signals first, then the state: the other way round an entry between the two would be missed.
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
        // Not inside the caller's lock.
        await Task.Yield();
        try
        {
            // A slot whose opening failed may still have subscribed; whoever acquired it has seen the failure.
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
