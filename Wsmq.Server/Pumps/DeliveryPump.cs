using System.Runtime.InteropServices;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Selecting;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Pumps;

/// <summary>
/// Delivers one log to one connection, in order; announces missing entries as gaps. Only pumps write durable messages. A pump runs ahead of
/// the cursor by the in-flight window, and takes the newest entries from the feed and all others from the log.
/// </summary>
internal sealed class DeliveryPump : Worker, IFeedReader, IAsyncDisposable
{
    // Used only between two awaits, one per thread, so that idle pumps hold none.
    [ThreadStatic]
    private static List<FeedEntry>? _ready;

    private readonly DeliveryServices _services;
    private readonly DeliveryWindow _window;
    private readonly DeliveryWriter _writer;
    private readonly Receiver _receiver;
    private readonly WsmqPosition _floor;
    private LazyStop _stop;
    private RestartRequest _restart;
    private StallClock _stall;
    private Backlog? _backlog;
    private StateDelivery? _state;
    private WsmqPosition _stateThrough;
    private bool _isStateOpen;
    private volatile bool _owesState;
    private volatile ReaderChoice? _choice;
    private volatile bool _isSkipDue;
    private WsmqPosition _cursor;
    private bool _isInTurn;
    private bool _hasRead;
    private Backoff? _backoff;
    private PumpFailures? _failures;
    private Task _halting = Task.CompletedTask;

    /// <param name="feed">The log.</param>
    /// <param name="receiver">The user and connection to deliver to.</param>
    /// <param name="floor">Entries up to here are never delivered: the tail when the user joined the group.</param>
    /// <param name="services">Dependencies shared by all pumps.</param>
    public DeliveryPump(LogFeed feed, Receiver receiver, WsmqPosition floor, DeliveryServices services)
    {
        Feed = feed;
        _receiver = receiver;
        _floor = floor;
        _services = services;
        _window = new DeliveryWindow(services.Options.Delivery.MaxInFlightMessages, receiver.Credits, this);
        _writer = new DeliveryWriter(feed, receiver, _window, services);
    }

    /// <summary>Raised when the feed reports that the user left the group. Handlers must not block.</summary>
    public event Action? Left;

    public LogFeed Feed { get; }

    /// <summary>True once deliveries have stopped: the user left the group, or the pump was disposed.</summary>
    public bool Halted => _stop.IsRequested;

    public void Start(OpenCursor cursor)
    {
        _cursor = cursor.Position;
        _writer.MoveTo(cursor.Position, isAcknowledged: true);
        if (cursor.IsNew)
            BeginState();
        Feed.Attach(this);
        Begin();
        Wake();
    }

    /// <summary>The last position that this connection acknowledged; <see cref="WsmqPosition.Start"/> if none.</summary>
    public WsmqPosition Acknowledged { get; private set; }

    /// <summary>The oldest unacknowledged delivery; null if there is none.</summary>
    public WsmqPosition? OldestInFlight => _window.Oldest;

    /// <summary>Whether state was written, and nothing was acknowledged since.</summary>
    public bool OwesState => _owesState;

    /// <summary>
    /// Whether a position is at or before one that this connection received. The store may have lost it since: its feed's tail is before it
    /// then.
    /// </summary>
    public bool HasDelivered(WsmqPosition position) => position <= _window.Newest;

    /// <summary>
    /// The oldest entry that the connection has not acknowledged, or, if none is in flight, the newest one that waits to be written; null
    /// if the connection is up to date. May be called from any thread: the result is a hint.
    /// </summary>
    public WsmqPosition? OldestOpen => _window.Oldest ?? (Feed.Tail is var tail && tail > _writer.Sent ? tail : null);

    /// <summary>The nacks of this connection for the log; created with the first one, because most pumps never have any.</summary>
    public PumpFailures Failures => LazyInitializer.EnsureInitialized(ref _failures);

    public void Acknowledge(WsmqPosition position)
    {
        _owesState &= position == WsmqPosition.Start;
        Acknowledged = WsmqPosition.Max(Acknowledged, position);
        _window.Acknowledge(position);
    }

    /// <summary>
    /// The position up to which everything is acknowledged once the client has acknowledged up to a position: entries that follow and were skipped
    /// are, unless something that was announced, or state, is not acknowledged yet. May be called from any thread.
    /// </summary>
    public WsmqPosition PassedWith(WsmqPosition acknowledged)
    {
        var passed = _window.PassedBySkips;
        return passed > acknowledged && Acknowledged >= _writer.Announced && !_owesState && passed <= Feed.Tail ? passed : acknowledged;
    }

    /// <summary>What the connection gets from the next entry on.</summary>
    public void Choose(ReaderChoice choice)
    {
        _choice = choice == ReaderChoice.Everything ? null : choice;
        Wake();
    }

    /// <summary>The unacknowledged deliveries up to a position that are for any device.</summary>
    public WsmqPosition[] ForAnyDevice(WsmqPosition through) =>
        _window.HasForAnyDevice ? Array.FindAll(_window.ForAnyDevice, p => p <= through) : [];

    /// <summary>Their acks were not stored: the next one repeats them.</summary>
    public void RestoreForAnyDevice(IEnumerable<WsmqPosition> deliveries)
    {
        foreach (var position in deliveries)
            _window.NoteForAnyDevice(position);
    }

    /// <summary>Deliveries up to a position that are for any device are none for this connection any more.</summary>
    public void EndForAnyDevice(WsmqPosition through) => _window.RemoveForAnyDevice(p => p <= through);

    /// <summary>Continues after another position; forgets the unacknowledged deliveries.</summary>
    public void Restart(WsmqPosition after)
    {
        Volatile.Read(ref _failures)?.ForgetNotified();
        _restart.Set(after);
        Wake();
    }

    /// <summary>
    /// Wakes the pump to notify the client if it has not acknowledged anything for too long, or to move its cursor over skipped entries that
    /// nothing has followed.
    /// </summary>
    public void Sweep()
    {
        _isSkipDue |= _writer.HasSkipped;
        if (_isSkipDue || _stall.IsDue(_services.Time, _services.Options.Delivery.StallAfter))
            Wake();
    }

    public async ValueTask DisposeAsync()
    {
        Feed.Detach(this);
        await _stop.RequestAsync();
        await _halting;
        await EndAsync();
        DropBacklog();
        _window.Clear();
    }

    WsmqPosition IFeedReader.Sent => _writer.Sent;

    void IFeedReader.OnNews(int readers) => _services.Linger.Wake(this, _writer.Together, readers);

    // The stop is requested before this returns, so that no entry signalled afterwards is delivered. Continuations of the cancellation do
    // not run here.
    void IFeedReader.OnLeft(string user)
    {
        if (!string.Equals(user, _receiver.User, StringComparison.Ordinal))
            return;
        _halting = _stop.RequestAsync();
        Left?.Invoke();
    }

    protected override async ValueTask RunAsync()
    {
        try
        {
            while (!_stop.IsRequested && await StepAsync())
            {
            }

            _backoff = null;
            if (_backlog is null)
                _stop.Rest();
        }
        catch (OperationCanceledException) when (_stop.IsRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            await PauseAsync(e);
        }

        // Releases the turn to read the log: other pumps of this connection may be waiting for it.
        if (_stop.IsRequested)
            DropBacklog();
    }

    /// <summary>
    /// Does one write from the backlog or the feed, or reads one page of the log. Returns false if there is nothing to do for now.
    /// </summary>
    private ValueTask<bool> StepAsync()
    {
        if (_restart.TryTake(out var after))
            return RestartAsync(after);
        if (_window.HasForAnyDevice && Array.FindAll(_window.ForAnyDevice, Feed.IsCleared) is { Length: > 0 } cleared)
            return TellClearedAsync(cleared);
        var choice = _choice;
        if (choice?.IsPaused == true)
            return Paused();
        _writer.Filter = choice?.Filter;
        if (_state is { } state)
            return StateAsync(state);
        if (_backlog is { Pending: { IsEmpty: false } pending })
            return DeliveredAsync(_writer.DeliverAsync(pending, Feed.Lost, _stop.Token), _backlog);

        var ready = _ready ??= [];
        ready.Clear();
        var view = Feed.Look(_writer.Sent, ready, Math.Max(1, _window.Room));
        if (view.Lost.After(_writer.Sent) is { } through)
            return LostAsync(through);
        if (ready.Count == 0 && _writer.Sent < view.Tail)
            return _window.HasRoom ? NextPageAsync() : BlockedAsync();
        DropBacklog();
        if (ready.Count == 0)
            return _writer.HasExpired ? AnnounceExpiredAsync() : _isSkipDue ? PassSkippedAsync() : new ValueTask<bool>(false);

        var delivering = _writer.DeliverAsync(CollectionsMarshal.AsSpan(ready), view.Lost, _stop.Token);
        ready.Clear();
        return DeliveredAsync(delivering, null);
    }

    private async ValueTask<bool> DeliveredAsync(ValueTask<int> delivering, Backlog? from)
    {
        var done = await delivering;
        if (done == DeliveryWriter.NoRoom)
            return await BlockedAsync();
        _stall.End();
        if (_writer.HasSkippedMany)
            await PassSkippedAsync();
        if (from is not null)
            from.Advance(done, readAhead: !_receiver.Pages.IsWanted, _stop.Token);
        return true;
    }

    private async ValueTask<bool> TellClearedAsync(WsmqPosition[] cleared)
    {
        foreach (var position in cleared)
        {
            _window.RemoveForAnyDevice(p => p == position);
            if (_receiver.Connection.TakesSkips)
                await _receiver.Connection.ClearedAsync(Feed.Source, position, _stop.Token);
        }

        return true;
    }

    private ValueTask<bool> Paused()
    {
        DropBacklog();
        _stall.End();
        return new ValueTask<bool>(false);
    }

    // The client acknowledges nothing of what it did not get.
    private async ValueTask<bool> PassSkippedAsync()
    {
        _isSkipDue = false;
        await _writer.TellSkippedAsync(_stop.Token);
        var passed = PassedWith(WsmqPosition.Max(_cursor, Acknowledged));
        if (passed > _cursor && passed > Acknowledged)
            Move(_cursor = passed);
        return true;
    }

    private void Move(WsmqPosition cursor)
    {
        try
        {
            // Not awaited: the queue repeats what fails.
            _ = _services.Acks.Enqueue(new AckRequest(Feed.Source, _receiver.User, _receiver.Device, cursor));
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.Stopping)
        {
            // The entries are skipped again, by another node.
        }
    }

    // Reads one page, then passes the turn to the other pumps of this connection that wait for it.
    private ValueTask<bool> NextPageAsync()
    {
        var pages = _receiver.Pages;
        if (_hasRead && pages.IsWanted)
            DropBacklog();
        _isInTurn = true;
        return pages.TryTake(this) ? ReadPageAsync() : new ValueTask<bool>(false);
    }

    // Unwritten entries are still in the log, and are read again.
    private void DropBacklog()
    {
        _backlog?.Drop();
        _backlog = null;
        if (!_isInTurn)
            return;
        (_isInTurn, _hasRead) = (false, false);
        _receiver.Pages.Leave(this);
    }

    private async ValueTask<bool> ReadPageAsync()
    {
        _hasRead = true;
        _backlog ??= new Backlog(Feed, _services.MessageLog, _receiver.Reads);

        // While other pumps wait, read at most what can be delivered without an ack: the rest would be dropped and read again.
        var most = _receiver.Pages.IsWanted ? Math.Clamp(_window.Room, 1, FeedPage.MaxEntries) : FeedPage.MaxEntries;
        var state = await _backlog.ReadAsync(_writer.Sent, most, _stop.Token);
        var (removed, consumed) = (state.Removed, state.Consumed);
        if (removed > _writer.Sent)
        {
            var reason = removed <= consumed ? WsmqGapReasons.Consumed : WsmqGapReasons.Retention;
            if (removed > _stateThrough && _receiver.Connection.TakesState)
            {
                // Before the gap, because a client acknowledges that at once. All of it: removals may be in the gap. Meanwhile other pumps may
                // read.
                DropBacklog();
                _state = new StateDelivery(WsmqPosition.Start, removed) { Gap = (removed, reason) };
                return true;
            }

            await _writer.AnnounceGapAsync(removed, reason, _stop.Token);
        }

        // The store issued these positions and has no entries there: another program deleted them. Reading again would return the same.
        if (_backlog.Pending.IsEmpty && _writer.Sent < state.Tail)
            await _writer.AnnounceGapAsync(state.Tail, WsmqGapReasons.Lost, _stop.Token);

        // The feed may have seen entries that the log no longer has. The next comparison with the store shows which.
        return !_backlog.Pending.IsEmpty;
    }

    // Where the log begins is read together with the first page.
    private void BeginState()
    {
        if (_receiver.Connection.TakesState)
        {
            _state = new StateDelivery(WsmqPosition.Start, null)
            {
                Gap = _writer.Sent < _floor ? (_floor, WsmqGapReasons.NotMember) : null,
            };
        }
    }

    private async ValueTask<bool> StateAsync(StateDelivery state)
    {
        var most = state.Through ?? new WsmqPosition(WsmqPosition.MaxValue);
        var (page, isLast) = await StatePages.ReadAsync(
            _services.MessageLog, Feed.Source, Feed.SourceJson, state.After, most, _receiver.Reads, _stop.Token);
        try
        {
            var through = state.Through ??= WsmqPosition.Max(WsmqPosition.Max(_writer.Sent, _floor), page.State.Removed);
            var count = Array.FindIndex(page.Entries, e => e.Position > through) is var beyond && beyond < 0 ? page.Entries.Length : beyond;
            isLast |= count < page.Entries.Length;
            var begins = _isStateOpen && state.After == WsmqPosition.Start;
            (_isStateOpen, _owesState) = (true, _owesState || count > 0);
            await _writer.WriteStateAsync(page.Entries.AsMemory(0, count), begins, isLast, _stop.Token);
            if (!isLast)
            {
                state.After = page.Entries[^1].Position;
                return true;
            }

            (_state, _stateThrough, _isStateOpen) = (null, through, false);
        }
        finally
        {
            _receiver.Reads.Release(page);
        }

        if (state.Gap is { } gap)
            await _writer.AnnounceGapAsync(gap.Through, gap.Reason, _stop.Token);
        return true;
    }

    private async ValueTask<bool> AnnounceExpiredAsync()
    {
        await _writer.AnnounceExpiredAsync(_stop.Token);
        return true;
    }

    private async ValueTask<bool> LostAsync(WsmqPosition through)
    {
        await _writer.AnnounceGapAsync(through, WsmqGapReasons.Lost, _stop.Token);
        return true;
    }

    private async ValueTask<bool> BlockedAsync()
    {
        _stall.Begin(_services.Time);

        // If only this log waits for acks, other pumps of this connection can go on.
        if (_isInTurn && (_backlog is not { Pending.IsEmpty: false } || (_window.Room == 0 && _receiver.Pages.IsWanted)))
            DropBacklog();
        if (_stall.TryNotify(_services.Time, _services.Options.Delivery.StallAfter))
        {
            // A stalled client may stay stalled for long, so its pages are released. It can wait for a page once it acknowledges again.
            DropBacklog();
            await _writer.TellStalledAsync(_stop.Token);
        }

        return false;
    }

    private async ValueTask<bool> RestartAsync(WsmqPosition after)
    {
        DropBacklog();
        _stall.End();
        _window.Clear();
        EndForAnyDevice(new WsmqPosition(WsmqPosition.MaxValue));
        _window.ForgetSkips();
        _writer.MoveTo(after, isAcknowledged: after <= WsmqPosition.Max(_cursor, Acknowledged));
        (_state, _stateThrough) = (null, WsmqPosition.Start);
        if (after == WsmqPosition.Start || after < _floor)
            BeginState();
        if (after < _floor && _state is null)
            await _writer.AnnounceGapAsync(_floor, WsmqGapReasons.NotMember, _stop.Token);
        return true;
    }

    private async ValueTask PauseAsync(Exception e)
    {
        // The page that was read ahead may be what failed.
        DropBacklog();
        _backoff ??= new Backoff(_services.Time);
        var delay = _backoff.Next();
        Log.PumpFailed(_services.Logger, e, Feed.Source.ToString(), delay);
        try
        {
            await _backoff.WaitAsync(delay, _stop.Token);
            Wake();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
