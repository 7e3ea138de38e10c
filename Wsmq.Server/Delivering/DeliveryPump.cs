using System.Text.Json;
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
    private readonly CancellationTokenSource _stop;
    private readonly string _source;
    private readonly Receiver _receiver;
    private readonly Position _floor;
    private readonly Lock _restartLock = new();
    private Position? _restart;
    private Position _sent;
    private Task _loop = Task.CompletedTask;
    private Task _halting = Task.CompletedTask;

    /// <param name="feed">The log.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="floor">Nothing up to here is for this reader: where it joined the group.</param>
    /// <param name="services">What all pumps need.</param>
    public DeliveryPump(LogFeed feed, Receiver receiver, Position floor, DeliveryServices services)
    {
        _feed = feed;
        _receiver = receiver;
        _floor = floor;
        _services = services;
        _window = new DeliveryWindow(services.Options.Window, receiver.Credits, _wake);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(receiver.Connection.Aborted);
        _source = feed.Source.ToString();
    }

    public LogFeed Feed => _feed;

    /// <summary>True once it delivers no more: its user left the group, or it was disposed.</summary>
    public bool Halted => _stop.IsCancellationRequested;

    public void Start(Position after)
    {
        _sent = after;
        _feed.Attach(_wake);
        _feed.MemberLeft += HaltIfLeft;
        _loop = Task.Run(RunAsync);
    }

    public void Acknowledge(Position position) => _window.Acknowledge(position);

    /// <summary>Goes on behind another position; what was delivered and not acknowledged is forgotten.</summary>
    public void Restart(Position after)
    {
        lock (_restartLock)
            _restart = after;
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
        if (!string.Equals(user, _receiver.User, StringComparison.Ordinal))
            return;
        try
        {
            _halting = _stop.CancelAsync();
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
        await TakeRestartAsync();
        if (_feed.IsLostAfter(_sent, out var through))
            await AnnounceGapAsync(through, GapReasons.Lost);
        else if (_feed.TryGetAfter(_sent, out var entry))
            await DeliverAsync(entry);
        else if (_sent < _feed.Tail)
            await DeliverPageAsync();
        else
            await _wake.WaitAsync(_stop.Token);
    }

    private async Task DeliverPageAsync()
    {
        var page = await _services.MessageLog.ReadAsync(_feed.Source, _sent, PageEntries, PageBytes, _stop.Token);
        if (page.State.Removed > _sent)
        {
            await AnnounceGapAsync(page.State.Removed, page.State.Removed <= page.State.Consumed ? GapReasons.Consumed : GapReasons.Retention);
        }

        foreach (var entry in page.Entries)
        {
            if (!await DeliverAsync(_feed.Entry(entry)))
                return;
        }

        // The feed has seen entries that the log no longer has. The next look at the store tells which.
        if (page.Entries.Count == 0 && page.State.Tail <= _sent)
            await _wake.WaitAsync(_stop.Token);
    }

    /// <summary>False if the deliveries are to go on elsewhere.</summary>
    private async Task<bool> DeliverAsync(FeedEntry entry)
    {
        if (entry.Position <= _sent)
            return true;
        if (_feed.IsLostAfter(_sent, out var through) && through < entry.Position)
            await AnnounceGapAsync(through, GapReasons.Lost);
        if (entry.Previous > _sent)
            await AnnounceGapAsync(entry.Previous, GapReasons.Lost);
        if (!IsReadable(entry))
        {
            await AnnounceGapAsync(entry.Position, GapReasons.Lost);
            return true;
        }

        if (!await TakePlaceAsync(entry.Position))
            return false;
        _stop.Token.ThrowIfCancellationRequested();
        await _receiver.Connection.ReceiveAsync(entry);
        _services.Metrics.Delivered();
        _sent = entry.Position;
        return true;
    }

    private bool IsReadable(FeedEntry entry)
    {
        try
        {
            return entry.Frame is not null;
        }
        catch (JsonException e)
        {
            Log.UnreadableEntry(_services.Logger, e, _source, entry.Position.ToString());
            return false;
        }
    }

    /// <summary>Waits for room in the window. False if the deliveries are to go on elsewhere.</summary>
    private async Task<bool> TakePlaceAsync(Position position)
    {
        var since = _services.Time.GetTimestamp();
        var told = false;
        while (!RestartRequested)
        {
            if (_window.TryTake(position))
                return true;

            // Signals of new entries wake as well: only the time since the window filled tells a stalled reader.
            var rest = _services.Options.StallAfter - _services.Time.GetElapsedTime(since);
            if (told)
                await _wake.WaitAsync(_stop.Token);
            else if (rest <= TimeSpan.Zero || !await _wake.WaitAsync(rest, _services.Time, _stop.Token))
                told = await TellStalledAsync();
        }

        return false;
    }

    private async Task<bool> TellStalledAsync()
    {
        Log.Stalled(_services.Logger, _receiver.Connection.Id, _source, _services.Options.StallAfter);
        await _receiver.Connection.StalledAsync(_source, _sent);
        return true;
    }

    /// <summary>Everything behind the sent position, up to and including <paramref name="through"/>, will not come.</summary>
    private async Task AnnounceGapAsync(Position through, string reason)
    {
        var before = through.Next();
        Log.GapAnnounced(_services.Logger, _source, _receiver.Connection.Id, _sent.ToString(), before.ToString(), reason);
        _services.Metrics.Gap(reason);
        _stop.Token.ThrowIfCancellationRequested();
        await _receiver.Connection.GapAsync(_source, _sent, before, reason);
        _sent = through;
    }

    private bool RestartRequested
    {
        get
        {
            lock (_restartLock)
                return _restart is not null;
        }
    }

    private async Task TakeRestartAsync()
    {
        Position? restart;
        lock (_restartLock)
            (restart, _restart) = (_restart, null);
        if (restart is not { } after)
            return;
        _window.Clear();
        _sent = after;
        if (_sent < _floor)
            await AnnounceGapAsync(_floor, GapReasons.NotMember);
    }

    private async Task PauseAsync(Backoff backoff, Exception e)
    {
        var delay = backoff.Next();
        Log.PumpFailed(_services.Logger, e, _source, delay);
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
