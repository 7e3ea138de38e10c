using System.Threading.Channels;

namespace Wsmq;

/// <summary>
/// The client's state of one source: the last received position, and the queue to the handler. It classifies each arrival, and never
/// waits.
/// </summary>
/// <remarks>
/// An entry is accepted only if none can be missing before it: its <c>previous</c> is at or before the last received position, or a gap
/// was announced up to it. Otherwise, and where the queue is full, the entry is dropped and the client calls Resume after the last
/// received position; until that is answered, entries that do not follow are dropped too. If the server answers three times without
/// delivering the missing entries, it has lost them, and the client announces the gap itself.
/// </remarks>
internal sealed class SourceState(WsmqAddress source, int capacity)
{
    private readonly Lock _gate = new();
    private readonly ResumeState _resume = new();

    // Two more than messages and gaps may take: a request to load, and one that comes while the first is being taken.
    private readonly Channel<SourceItem> _queue = Channel.CreateBounded<SourceItem>(
        new BoundedChannelOptions(capacity + 2) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    private WsmqPosition? _received;
    private WsmqPosition _known;
    private (WsmqPosition Through, CompleteState State)? _beforeGap;
    private WsmqPosition _handled;
    private WsmqPosition _left;
    private int _generation;
    private bool _full;
    private bool _ownPosition;
    private bool _stopped;
    private bool _isLoadQueued;
    private bool _mayOverlap;
    private TaskCompletionSource? _resumed;
    private DeadLetteredEntries? _deadLettered;

    public WsmqAddress Source { get; } = source;

    public ChannelReader<SourceItem> Queue => _queue.Reader;

    public Arrival Arrived(WsmqDelivery delivery, WsmqPosition position, WsmqPosition previous)
    {
        lock (_gate)
        {
            if (_received is { } received && position <= received)
                return position <= _handled ? Arrival.HandledBefore : Arrival.Ignored;
            if (_received is { } last && previous > last && !GiveUpOn(last, previous))
                return Ask();
            var wentBack = previous < _received && !_mayOverlap;
            var arrival = Take(new SourceItem(delivery, null, position, _generation));

            // The server's log continues before what was received: it has lost its end, and nobody saw that in time to announce it.
            if (wentBack)
                QueueLoad();
            return arrival;
        }
    }

    public Arrival Announced(WsmqGapEventArgs gap)
    {
        lock (_gate)
        {
            var end = new WsmqPosition(gap.Before.Value - 1);
            if (_received is { } received && end <= received)
                return end <= _handled ? Arrival.HandledBefore : Arrival.Ignored;
            // Entries between the last received position and the start of the gap are missing without announcement: request them first.
            if (_received is { } last && gap.After > last && !GiveUpOn(last, gap.After))
                return Ask();
            var complete = _beforeGap?.Through == gap.After ? _beforeGap?.State : null;
            _beforeGap = null;
            return Take(new SourceItem(null, gap, end, _generation) { Complete = complete });
        }
    }

    /// <summary>The server does not deliver what is between two positions, and that is no gap.</summary>
    public Arrival Skipped(WsmqPosition after, WsmqPosition through)
    {
        lock (_gate)
        {
            if (_received is { } last && after > last && !GiveUpOn(last, after))
                return Ask();

            // After a reconnect the server may go on before it, if the cursor was not moved there in time.
            (_received, _mayOverlap) = (WsmqPosition.Max(_received ?? WsmqPosition.Start, through), true);
            return Arrival.Ignored;
        }
    }

    /// <summary>
    /// The state of the source, which the server delivers in place of what is not in the log any more, and again over each connection until it
    /// is acknowledged: what the app has of it is not handled again.
    /// </summary>
    /// <param name="messages">The messages, in the order of their positions.</param>
    /// <param name="through">The position after which the log goes on.</param>
    public Arrival StateArrived(IReadOnlyList<StateMessage> messages, WsmqPosition through)
    {
        lock (_gate)
        {
            // Entries between the two are missing, or the call is from before the position that the app has set.
            if (_received is { } last && through > last && !GiveUpOn(last, through))
                return Ask();
            var unknown = messages.Where(m => m.Position > _known).Select(m => m.Delivery with { IsState = true }).ToList();
            var complete = new CompleteState([.. messages.Select(m => m.Delivery.StateKey).OfType<string>()], unknown.Count);

            // The app has messages behind it, whose keys the state does not have; unless a gap follows, up to whose end it reaches.
            var isBehind = through < _received;
            _beforeGap = isBehind ? (through, complete) : null;
            var arrival = Take(new SourceItem(null, null, through, _generation) { State = unknown, Complete = isBehind ? null : complete });
            if (arrival == Arrival.Taken && messages.Count > 0)
                _known = WsmqPosition.Max(_known, messages[^1].Position);
            return arrival;
        }
    }

    /// <summary>Applies the app's own position: queued items become obsolete, and deliveries continue after the position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="isHandled">Whether the app has what the messages up to the position say.</param>
    public void StartAfter(WsmqPosition after, bool isHandled = false)
    {
        lock (_gate)
        {
            _generation++;
            (_received, _known) = (after, after);
            if (isHandled)
                _handled = WsmqPosition.Max(_handled, after);
            (_ownPosition, _full, _mayOverlap) = (true, false, !isHandled);
            _resume.Restart();
            (_left, _deadLettered) = (WsmqPosition.Start, null);
        }
    }

    /// <summary>Requests that the app's data is loaded, once what waits in the queue is handled.</summary>
    public void RequestLoad()
    {
        lock (_gate)
            QueueLoad();
    }

    /// <summary>The request to load has left the queue: the next one is another one.</summary>
    public void LoadBegins()
    {
        lock (_gate)
            _isLoadQueued = false;
    }

    /// <summary>Completes with the server's answer to the Resume at the app's own position; fails once the client is stopped.</summary>
    public Task WhenResumed()
    {
        lock (_gate)
            return _stopped ? Task.FromException(new WsmqException(WsmqErrors.ClientClosed, "the client was stopped"))
                : _resume.IsNeeded ? (_resumed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    /// <summary>Whether an item is still valid: the app has not set a position since.</summary>
    public bool IsCurrent(SourceItem item)
    {
        lock (_gate)
            return item.Generation == _generation;
    }

    /// <summary>Notes that the server has dead-lettered an entry. False where that was known or the client is past the entry.</summary>
    public bool DeadLetter(WsmqPosition position)
    {
        lock (_gate)
        {
            if (position <= _left || !(_deadLettered ??= new()).Add(position))
                return false;

            // What the message says will be missing in the app's copy.
            QueueLoad();
            return true;
        }
    }

    /// <summary>Another device has handled an entry: if it has not begun here, it does not.</summary>
    public void Clear(WsmqPosition position)
    {
        lock (_gate)
        {
            if (position > _left)
                (_deadLettered ??= new()).Add(position);
        }
    }

    public bool IsDeadLettered(SourceItem item)
    {
        lock (_gate)
            return _deadLettered?.Contains(item.Position) == true;
    }

    /// <summary>Completes once the entry of an item is dead-lettered; for most entries it never does.</summary>
    public Task WhenDeadLettered(SourceItem item)
    {
        lock (_gate)
            return (_deadLettered ??= new()).WhenAdded(item.Position);
    }

    /// <summary>Notes that an item has left the queue. True where the queue had overflowed and has capacity again: call Resume.</summary>
    public bool Left(SourceItem item, bool handled)
    {
        lock (_gate)
        {
            if (handled)
                _handled = WsmqPosition.Max(_handled, item.Position);
            if (item.Generation == _generation && !item.IsLoad)
                _left = WsmqPosition.Max(_left, item.Position);
            if (_deadLettered?.IsDone(_left) == true)
                _deadLettered = null;
            return HasRoomAgain();
        }
    }

    /// <summary>Notes a new connection: where the app has set its own position, Resume is called on every connection.</summary>
    public void Connected()
    {
        lock (_gate)
            _resume.Connected(resumes: _ownPosition);
    }

    /// <summary>The position after which to resume; null where no Resume is needed.</summary>
    public WsmqPosition? ResumeAfter()
    {
        lock (_gate)
            return !_full && _resume.TryBegin() ? _received : null;
    }

    /// <summary>Handles the server's answer to Resume. True where another Resume is needed.</summary>
    public bool ResumeAnswered(Exception? refusal)
    {
        lock (_gate)
        {
            // Resume for the position that the app has set meanwhile is pending.
            if (_resume.IsAnswerObsolete)
                return true;
            var again = _resume.Answered(refused: refusal is not null);
            if (refusal is null)
                _resumed?.TrySetResult();
            else
                _resumed?.TrySetException(refusal);
            _resumed = null;
            if (refusal is WsmqException known && known.Error == WsmqErrors.PositionBeyondTail)
                QueueLoad();
            return again;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _queue.Writer.TryComplete();
            _resumed?.TrySetException(new WsmqException(WsmqErrors.ClientClosed));
        }
    }

    private Arrival Take(SourceItem item)
    {
        if (_full || _queue.Reader.Count - (_isLoadQueued ? 1 : 0) >= capacity || !_queue.Writer.TryWrite(item))
        {
            _full = true;
            _resume.Dropped();
            return HasRoomAgain() ? Arrival.Missing : Arrival.Ignored;
        }

        // A state may come again, after messages that were received before.
        (_received, _mayOverlap) = (WsmqPosition.Max(_received ?? WsmqPosition.Start, item.Position), item.Delivery is null);
        if (item.State is null)
            _resume.Taken();

        // Not with gaps: there may be state in them.
        if (item.Delivery is not null)
            _known = item.Position;
        return Arrival.Taken;
    }

    // Without a snapshot of the source it changes nothing.
    private void QueueLoad()
    {
        if (!_isLoadQueued)
            _isLoadQueued = _queue.Writer.TryWrite(new SourceItem(null, null, WsmqPosition.Start, _generation));
    }

    private Arrival Ask() => _resume.Miss() ? Arrival.Missing : Arrival.Ignored;

    private bool GiveUpOn(WsmqPosition last, WsmqPosition before)
    {
        if (!_resume.MayGiveUp)
            return false;
        var gap = new WsmqGapEventArgs(Source, last, before.Next(), WsmqGapReasons.Lost);
        return Take(new SourceItem(null, gap, before, _generation)) == Arrival.Taken;
    }

    // Not at the first free slot: each Resume costs a round trip and entries that are delivered twice.
    private bool HasRoomAgain()
    {
        if (!_full || _queue.Reader.Count > capacity / 2)
            return false;
        _full = false;
        return true;
    }
}

/// <summary>The classification of a delivery or a gap.</summary>
internal enum Arrival
{
    /// <summary>It was queued for the handler.</summary>
    Taken,

    /// <summary>It was dropped: it was received before, or will be delivered again.</summary>
    Ignored,

    /// <summary>It was handled before: the server did not receive the ack.</summary>
    HandledBefore,

    /// <summary>Entries before it are missing: call Resume.</summary>
    Missing,
}
