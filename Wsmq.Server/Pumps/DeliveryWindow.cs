using Wsmq.Server.Concurrency;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Pumps;

/// <summary>
/// The in-flight window of one address: the deliveries that a connection has not acknowledged. Guarded by the lock of its credits.
/// </summary>
internal sealed class DeliveryWindow(int limit, ConnectionCredits credits, Worker waiter)
{
    // Null until the first delivery: most connections of a node are idle.
    private Queue<WsmqPosition>? _inFlight;
    private WsmqPosition _newest;

    // Null for a reader that skips nothing, as most do.
    private SkippedRuns? _skipped;

    // The deliveries in flight that are for any device; null until there is one.
    private List<WsmqPosition>? _forAnyDevice;

    /// <summary>How many slots of this address are free; the connection may have fewer credits.</summary>
    public int Room
    {
        get
        {
            lock (credits.Lock)
                return limit - (_inFlight?.Count ?? 0);
        }
    }

    /// <summary>The oldest unacknowledged delivery; null if there is none.</summary>
    public WsmqPosition? Oldest
    {
        get
        {
            lock (credits.Lock)
                return _inFlight is not null && _inFlight.TryPeek(out var oldest) ? oldest : null;
        }
    }

    /// <summary>The newest delivery, acknowledged or not; <see cref="WsmqPosition.Start"/> if there was none.</summary>
    public WsmqPosition Newest
    {
        get
        {
            lock (credits.Lock)
                return _newest;
        }
    }

    /// <summary>Whether a slot and a credit are free. If not, the waiter is woken once they may be.</summary>
    public bool HasRoom => Room > 0 && credits.IsFree(waiter);

    /// <summary>
    /// Takes slots for the first entries, as many as are free, and returns how many. If none is free, the waiter is woken once one may be.
    /// </summary>
    public int Take(ReadOnlySpan<FeedEntry> entries)
    {
        lock (credits.Lock)
        {
            var inFlight = _inFlight ??= new Queue<WsmqPosition>();
            var free = Math.Min(entries.Length, limit - inFlight.Count);
            var taken = free == 0 ? 0 : credits.Take(free, waiter);
            foreach (var entry in entries[..taken])
                inFlight.Enqueue(_newest = entry.Position);
            return taken;
        }
    }

    /// <summary>Notes that the entries after a delivery were skipped up to a position.</summary>
    public void Skip(WsmqPosition after, WsmqPosition through)
    {
        lock (credits.Lock)
            (_skipped ??= new SkippedRuns()).Add(after, through);
    }

    /// <summary>
    /// The position up to which every entry was skipped, or is acknowledged; <see cref="WsmqPosition.Start"/> if the reader skips nothing. A
    /// client need not acknowledge what it does not get.
    /// </summary>
    public WsmqPosition PassedBySkips
    {
        get
        {
            lock (credits.Lock)
                return _skipped?.Before(_inFlight is not null && _inFlight.TryPeek(out var oldest) ? oldest : null) ?? WsmqPosition.Start;
        }
    }

    /// <summary>Forgets what was skipped.</summary>
    public void ForgetSkips()
    {
        lock (credits.Lock)
            _skipped = null;
    }

    /// <summary>Whether there was a delivery for any device. May be called from any thread, without the lock: the result is a hint.</summary>
    public bool HasForAnyDevice => _forAnyDevice is not null;

    /// <summary>The deliveries in flight that are for any device, and not acknowledged by another one as far as the client was told.</summary>
    public WsmqPosition[] ForAnyDevice
    {
        get
        {
            lock (credits.Lock)
                return [.. _forAnyDevice ?? []];
        }
    }

    /// <summary>Notes that a delivery is for any device, before it is written.</summary>
    public void NoteForAnyDevice(WsmqPosition position)
    {
        lock (credits.Lock)
            (_forAnyDevice ??= []).Add(position);
    }

    /// <summary>Removes deliveries from those for any device: they are acknowledged, or the client is told that they are.</summary>
    public void RemoveForAnyDevice(Predicate<WsmqPosition> match)
    {
        lock (credits.Lock)
            _forAnyDevice?.RemoveAll(match);
    }

    /// <summary>Frees the slots of all deliveries up to a position.</summary>
    public void Acknowledge(WsmqPosition position)
    {
        var freed = 0;
        lock (credits.Lock)
        {
            for (; _inFlight is not null && _inFlight.TryPeek(out var oldest) && oldest <= position; freed++)
                _inFlight.Dequeue();
        }

        if (freed == 0)
            return;
        credits.Return(freed);
        waiter.Wake();
    }

    /// <summary>Frees all slots: deliveries restart at another position, or the connection is closed.</summary>
    public void Clear() => Acknowledge(new WsmqPosition(WsmqPosition.MaxValue));
}
