using System.Runtime.InteropServices;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Brings one log to one connection, in order and without a silent hole; the only writer of durable messages. It runs ahead of
/// the cursor by the window, takes the newest entries from the feed and everything else from the log.
/// </summary>
internal sealed class DeliveryPump : Worker, IFeedReader, IAsyncDisposable
{
    // Used between two awaits only, so that idle pumps have none.
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
    private bool _isInTurn;
    private bool _hasRead;
    private Backoff? _backoff;
    private PumpFailures? _failures;
    private Task _halting = Task.CompletedTask;

    /// <param name="feed">The log.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="floor">Nothing up to here is for this reader: where it joined the group.</param>
    /// <param name="services">What all pumps need.</param>
    public DeliveryPump(LogFeed feed, Receiver receiver, WsmqPosition floor, DeliveryServices services)
    {
        Feed = feed;
        _receiver = receiver;
        _floor = floor;
        _services = services;
        _window = new DeliveryWindow(services.Options.Window, receiver.Credits, this);
        _writer = new DeliveryWriter(feed, receiver.Connection, _window, services);
    }

    /// <summary>It was told that its user left the group. Handlers must not block.</summary>
    public event Action? Left;

    public LogFeed Feed { get; }

    /// <summary>True once it delivers no more: its user left the group, or it was disposed.</summary>
    public bool Halted => _stop.IsRequested;

    public void Start(WsmqPosition after)
    {
        _writer.MoveTo(after);
        Feed.Attach(this);
        Begin();
        Wake();
    }

    /// <summary>The last position that this connection acknowledged; <see cref="WsmqPosition.Start"/> while there is none.</summary>
    public WsmqPosition Acknowledged { get; private set; }

    /// <summary>The first delivery that is not acknowledged; null where there is none.</summary>
    public WsmqPosition? OldestInFlight => _window.Oldest;

    /// <summary>What its client could not handle; made with the first failure, as few ever have one.</summary>
    public PumpFailures Failures => LazyInitializer.EnsureInitialized(ref _failures);

    public void Acknowledge(WsmqPosition position)
    {
        Acknowledged = WsmqPosition.Max(Acknowledged, position);
        _window.Acknowledge(position);
    }

    /// <summary>Goes on behind another position; what was delivered and not acknowledged is forgotten.</summary>
    public void Restart(WsmqPosition after)
    {
        Volatile.Read(ref _failures)?.ForgetTold();
        _restart.Set(after);
        Wake();
    }

    /// <summary>Has the client told if it has not acknowledged for long.</summary>
    public void LookForStall()
    {
        if (_stall.IsDue(_services.Time, _services.Options.StallAfter))
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

    void IFeedReader.OnNews() => _services.Linger.Wake(this);

    // Cancelled before this returns, so that nothing which is signalled afterwards goes out; what waits for it is not run here.
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

        // Others of this connection may wait for the line.
        if (_stop.IsRequested)
            DropBacklog();
    }

    /// <summary>One write from the backlog or the feed, or one page from the log. False where there is nothing to do for now.</summary>
    private ValueTask<bool> StepAsync()
    {
        if (_restart.TryTake(out var after))
            return RestartAsync(after);
        if (_backlog is { Pending: { IsEmpty: false } pending })
            return DeliveredAsync(_writer.DeliverAsync(pending, Feed.Lost, _stop.Token), _backlog);

        var ready = _ready ??= [];
        ready.Clear();
        var view = Feed.Look(_writer.Sent, ready, Math.Max(1, _window.Room));
        if (view.Lost.Behind(_writer.Sent) is { } through)
            return LostAsync(through);
        if (ready.Count == 0 && _writer.Sent < view.Tail)
            return _window.HasRoom ? NextPageAsync() : BlockedAsync();
        DropBacklog();
        if (ready.Count == 0)
            return new ValueTask<bool>(false);

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
        if (from is not null)
            from.Advance(done, readAhead: !_receiver.Pages.IsWanted, _stop.Token);
        return true;
    }

    // One page, and then it is the turn of the others of this connection.
    private ValueTask<bool> NextPageAsync()
    {
        var pages = _receiver.Pages;
        if (_hasRead && pages.IsWanted)
            DropBacklog();
        _isInTurn = true;
        return pages.TryTake(this) ? ReadPageAsync() : new ValueTask<bool>(false);
    }

    // What is unwritten is in the log as well.
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

        // While others wait, no more than can be delivered without an ack: the rest would be read twice.
        var most = _receiver.Pages.IsWanted ? Math.Clamp(_window.Room, 1, FeedPage.MaxEntries) : FeedPage.MaxEntries;
        var state = await _backlog.ReadAsync(_writer.Sent, most, _stop.Token);
        var (removed, consumed) = (state.Removed, state.Consumed);
        if (removed > _writer.Sent)
            await _writer.AnnounceGapAsync(removed, removed <= consumed ? WsmqGapReasons.Consumed : WsmqGapReasons.Retention, _stop.Token);

        // The store gave these positions out and has nothing there: somebody else's hand took the entries. Asking again would only
        // bring the same answer.
        if (_backlog.Pending.IsEmpty && _writer.Sent < state.Tail)
            await _writer.AnnounceGapAsync(state.Tail, WsmqGapReasons.Lost, _stop.Token);

        // The feed may have seen entries that the log no longer has. The next look at the store tells which.
        return !_backlog.Pending.IsEmpty;
    }

    private async ValueTask<bool> LostAsync(WsmqPosition through)
    {
        await _writer.AnnounceGapAsync(through, WsmqGapReasons.Lost, _stop.Token);
        return true;
    }

    private async ValueTask<bool> BlockedAsync()
    {
        _stall.Begin(_services.Time);

        // Where this log alone waits for acks, others of this connection can go on.
        if (_isInTurn && (_backlog is not { Pending.IsEmpty: false } || (_window.Room == 0 && _receiver.Pages.IsWanted)))
            DropBacklog();
        if (_stall.TryTell(_services.Time, _services.Options.StallAfter))
        {
            // Who does not acknowledge may stay like that for long, and can wait for a page when it does.
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
        _writer.MoveTo(after);
        if (after < _floor)
            await _writer.AnnounceGapAsync(_floor, WsmqGapReasons.NotMember, _stop.Token);
        return true;
    }

    private async ValueTask PauseAsync(Exception e)
    {
        // What was read ahead may be what failed.
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
