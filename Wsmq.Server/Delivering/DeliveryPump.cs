using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Brings one log to one connection, in order and without a silent hole; the only writer of durable messages. It runs ahead of
/// the cursor by the window, takes the newest entries from the feed and everything else from the log.
/// </summary>
internal sealed class DeliveryPump : IAsyncDisposable
{
    private const int PageEntries = 64;
    private const int PageBytes = 512 * 1024;

    private readonly LogFeed _feed;
    private readonly DeliveryServices _services;
    private readonly WakeUp _wake = new();
    private readonly DeliveryWindow _window;
    private readonly DeliveryWriter _writer;
    private readonly RestartRequest _restart = new();
    private readonly CancellationTokenSource _stop;
    private readonly string _user;
    private readonly Position _floor;
    private Task _loop = Task.CompletedTask;
    private Task _halting = Task.CompletedTask;

    /// <param name="feed">The log.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="floor">Nothing up to here is for this reader: where it joined the group.</param>
    /// <param name="services">What all pumps need.</param>
    public DeliveryPump(LogFeed feed, Receiver receiver, Position floor, DeliveryServices services)
    {
        _feed = feed;
        _user = receiver.User;
        _floor = floor;
        _services = services;
        _window = new DeliveryWindow(services.Options.Window, receiver.Credits, _wake);
        _writer = new DeliveryWriter(feed, receiver.Connection, _window, _wake, services);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(receiver.Connection.Aborted);
    }

    /// <summary>It was told that its user left the group. Handlers must not block.</summary>
    public event Action? Left;

    public LogFeed Feed => _feed;

    /// <summary>True once it delivers no more: its user left the group, or it was disposed.</summary>
    public bool Halted => _stop.IsCancellationRequested;

    public void Start(Position after)
    {
        _writer.MoveTo(after);
        _feed.Attach(_wake);
        _feed.MemberLeft += HaltIfLeft;
        _loop = Task.Run(RunAsync);
    }

    public void Acknowledge(Position position) => _window.Acknowledge(position);

    /// <summary>Goes on behind another position; what was delivered and not acknowledged is forgotten.</summary>
    public void Restart(Position after)
    {
        _restart.Set(after);
        _wake.Set();
    }

    public async ValueTask DisposeAsync()
    {
        _feed.Detach(_wake);
        _feed.MemberLeft -= HaltIfLeft;
        await _stop.CancelAsync();
        await _halting;
        await _loop;
        _window.Clear();
        _stop.Dispose();
    }

    // Cancelled before this returns, so that nothing which is signalled afterwards goes out; what waits for it is not run here.
    private void HaltIfLeft(string user)
    {
        if (!string.Equals(user, _user, StringComparison.Ordinal))
            return;
        try
        {
            _halting = _stop.CancelAsync();
            Left?.Invoke();
        }
        catch (ObjectDisposedException)
        {
            // Disposed while the signal was on its way; other pumps of this user still have to hear of it.
        }
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_services.Time);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync();
                backoff.Reset();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await PauseAsync(backoff, e);
            }
        }
    }

    /// <summary>One entry from the feed, or one page from the log, or a wait for more.</summary>
    private async Task StepAsync()
    {
        if (_restart.TryTake(out var after))
            await RestartAsync(after);
        else if (_feed.IsLostAfter(_writer.Sent, out var through))
            await _writer.AnnounceGapAsync(through, GapReasons.Lost, _stop.Token);
        else if (_feed.TryGetAfter(_writer.Sent, out var entry))
            await _writer.DeliverAsync(entry, _restart, _stop.Token);
        else if (_writer.Sent < _feed.Tail)
            await DeliverPageAsync();
        else
            await _wake.WaitAsync(_stop.Token);
    }

    private async Task DeliverPageAsync()
    {
        var page = await _services.MessageLog.ReadAsync(_feed.Source, _writer.Sent, PageEntries, PageBytes, _stop.Token);
        var (removed, consumed) = (page.State.Removed, page.State.Consumed);
        if (removed > _writer.Sent)
            await _writer.AnnounceGapAsync(removed, removed <= consumed ? GapReasons.Consumed : GapReasons.Retention, _stop.Token);

        foreach (var entry in page.Entries)
        {
            if (!await _writer.DeliverAsync(_feed.Entry(entry), _restart, _stop.Token))
                return;
        }

        // The feed has seen entries that the log no longer has. The next look at the store tells which.
        if (page.Entries.Count == 0 && page.State.Tail <= _writer.Sent)
            await _wake.WaitAsync(_stop.Token);
    }

    private async Task RestartAsync(Position after)
    {
        _window.Clear();
        _writer.MoveTo(after);
        if (after < _floor)
            await _writer.AnnounceGapAsync(_floor, GapReasons.NotMember, _stop.Token);
    }

    private async Task PauseAsync(Backoff backoff, Exception e)
    {
        var delay = backoff.Next();
        Log.PumpFailed(_services.Logger, e, _feed.Source.ToString(), delay);
        try
        {
            await backoff.WaitAsync(delay, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped; the loop sees it.
        }
    }
}
