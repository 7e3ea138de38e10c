using System.Threading.Channels;

namespace Wsmq;

/// <summary>
/// What the client knows of one source: how far it has received, and what waits for the handler. It decides what each arrival is,
/// and never waits.
/// </summary>
/// <remarks>
/// An entry is taken only if nothing can be missing before it: its <c>previous</c> is at or before the last one received, or a gap
/// was announced up to it. Otherwise, and where the queue is full, it is left out and the server is asked to start again behind the
/// last one received; until it has answered, all that does not follow is left out too. A server that answers three times without
/// the missing entries coming has lost them: then the gap is announced here.
/// </remarks>
internal sealed class SourceState(WsmqAddress source, int capacity)
{
    private const int MaxResumes = 3;

    private readonly Lock _gate = new();
    private readonly Channel<SourceItem> _queue = Channel.CreateBounded<SourceItem>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    private WsmqPosition? _received;
    private WsmqPosition _handled;
    private WsmqPosition _left;
    private int _generation;
    private int _resumes;
    private bool _full;
    private bool _resumeWanted;
    private bool _leftOut;
    private bool _progressed;
    private bool _ownPosition;
    private bool _refused;
    private TaskCompletionSource? _resumed;
    private SkippedEntries? _skipped;

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
            return Take(new SourceItem(delivery, null, position, _generation));
        }
    }

    public Arrival Announced(WsmqGapEventArgs gap)
    {
        lock (_gate)
        {
            var end = new WsmqPosition(gap.Before.Value - 1);
            if (_received is { } received && end <= received)
                return end <= _handled ? Arrival.HandledBefore : Arrival.Ignored;
            // A gap that begins beyond what was received hides entries that were not announced: have them sent first.
            if (_received is { } last && gap.After > last && !GiveUpOn(last, gap.After))
                return Ask();
            return Take(new SourceItem(null, gap, end, _generation));
        }
    }

    /// <summary>The app's own position: what waits is forgotten, and deliveries go on behind it.</summary>
    public void StartBehind(WsmqPosition after)
    {
        lock (_gate)
        {
            _generation++;
            _received = after;
            (_ownPosition, _resumeWanted, _full, _resumes, _refused) = (true, true, false, 0, false);
            (_left, _skipped) = (WsmqPosition.Start, null);
        }
    }

    /// <summary>Completes with the server's answer to the position that the app has set.</summary>
    public Task WhenResumed()
    {
        lock (_gate)
            return _resumeWanted ? (_resumed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    /// <summary>Whether an item still counts: not if the app has moved its position since.</summary>
    public bool IsCurrent(SourceItem item)
    {
        lock (_gate)
            return item.Generation == _generation;
    }

    /// <summary>The server has set an entry aside. False where that is no news.</summary>
    public bool Skip(WsmqPosition position)
    {
        lock (_gate)
            return position > _left && (_skipped ??= new()).Add(position);
    }

    public bool IsSkipped(SourceItem item)
    {
        lock (_gate)
            return _skipped?.Contains(item.Position) == true;
    }

    /// <summary>Completes once the entry of an item is set aside, which for most is never.</summary>
    public Task WhenSkipped(SourceItem item)
    {
        lock (_gate)
            return (_skipped ??= new()).WhenAdded(item.Position);
    }

    /// <summary>An item has left the queue. True where it had overflowed and has room again, so that the server is to be asked.</summary>
    public bool Left(SourceItem item, bool handled)
    {
        lock (_gate)
        {
            if (handled)
                _handled = WsmqPosition.Max(_handled, item.Position);
            if (item.Generation == _generation)
                _left = item.Position;
            if (_skipped?.IsDone(_left) == true)
                _skipped = null;
            return HasRoomAgain();
        }
    }

    /// <summary>A new connection: an app that keeps its position has it told to every one.</summary>
    public void Connected()
    {
        lock (_gate)
        {
            (_resumes, _refused) = (0, false);
            _resumeWanted |= _ownPosition;
        }
    }

    /// <summary>Behind which position the server is to start again, or null if it is not.</summary>
    public WsmqPosition? ResumeBehind()
    {
        lock (_gate)
        {
            if (!_resumeWanted || _full)
                return null;
            (_leftOut, _progressed) = (false, false);
            return _received;
        }
    }

    /// <summary>Takes the server's answer. True where it is to be asked again.</summary>
    public bool ResumeAnswered(WsmqPosition behind, Exception? refusal)
    {
        lock (_gate)
        {
            // Moved meanwhile by the app: the answer belongs to another position, and the new one is still to be asked for.
            if (_received < behind)
                return true;
            // Something was left out since it was asked, perhaps of the answer itself: it is to be asked for again.
            _resumeWanted = _leftOut;
            _refused = refusal is not null;
            if (refusal is null)
                _resumed?.TrySetResult();
            else
                _resumed?.TrySetException(refusal);
            _resumed = null;
            return _resumeWanted;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _queue.Writer.TryComplete();
            _resumed?.TrySetException(new WsmqException(WsmqErrors.ClientClosed));
        }
    }

    private Arrival Take(SourceItem item)
    {
        if (_full || !_queue.Writer.TryWrite(item))
        {
            (_full, _resumeWanted, _leftOut) = (true, true, true);
            return HasRoomAgain() ? Arrival.Missing : Arrival.Ignored;
        }

        _received = item.Position;
        (_resumes, _refused, _progressed) = (0, false, true);
        return Arrival.Taken;
    }

    private Arrival Ask()
    {
        if (_resumeWanted)
        {
            // Before anything of the answer came it is a straggler from before; behind that it is a new hole.
            _leftOut |= _progressed;
            return Arrival.Ignored;
        }

        _resumeWanted = true;
        _resumes++;
        return Arrival.Missing;
    }

    private bool GiveUpOn(WsmqPosition last, WsmqPosition before)
    {
        if (_resumeWanted || (!_refused && _resumes < MaxResumes))
            return false;
        var gap = new WsmqGapEventArgs(Source, last, before.Next(), WsmqGapReasons.Lost);
        return Take(new SourceItem(null, gap, before, _generation)) == Arrival.Taken;
    }

    // Not at the first free place: each time costs a round trip and entries that come twice.
    private bool HasRoomAgain()
    {
        if (!_full || _queue.Reader.Count > capacity / 2)
            return false;
        _full = false;
        return true;
    }
}

/// <summary>What became of something that the server sent.</summary>
internal enum Arrival
{
    /// <summary>It waits for the handler now.</summary>
    Taken,

    /// <summary>It came before, or will come again.</summary>
    Ignored,

    /// <summary>It was handled before: the server has missed the ack.</summary>
    HandledBefore,

    /// <summary>Something before it is missing: the server is to be asked.</summary>
    Missing,
}
