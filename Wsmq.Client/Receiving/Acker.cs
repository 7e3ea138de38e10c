namespace Wsmq;

/// <summary>
/// Acknowledges what was handled: the highest position of each source, one ack at a time for each. The first after a pause goes out
/// at once; while messages keep coming, one goes out in each interval, or after a number of messages.
/// </summary>
/// <remarks>
/// An ack that is held back costs nothing but that its messages come again should the process die before. Each ack asks for an
/// answer: without one a refusal, or a store that was away, would be found out only when the messages come again.
/// </remarks>
internal sealed class Acker(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    // Timers count in milliseconds: a wait for less would be none.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly Lock _gate = new();
    private readonly Dictionary<WsmqAddress, AckCursor> _cursors = [];
    private readonly HashSet<AckCursor> _due = [];
    private readonly Wakeup _work = new();
    private HubSession? _session;

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            foreach (var cursor in _cursors.Values)
            {
                cursor.Failures = 0;
                if (!cursor.IsUnderWay)
                    Postpone(cursor, TimeSpan.Zero);
            }
        }
    }

    public Task LeaveAsync(CancellationToken cancellationToken) => SendAllAsync(cancellationToken);

    public void Detach()
    {
        lock (_gate)
            _session = null;
    }

    public void Handled(WsmqAddress source, WsmqPosition position)
    {
        lock (_gate)
        {
            if (!_cursors.TryGetValue(source, out var cursor))
                _cursors.Add(source, cursor = new AckCursor(source));
            cursor.Handled(position);
            // A repeat keeps the wait that it was given.
            if (cursor.Failures == 0)
                Schedule(cursor);
        }
    }

    /// <summary>The server sent something again that was handled: it has missed the ack.</summary>
    public void Repeat(WsmqAddress source)
    {
        lock (_gate)
        {
            if (!_cursors.TryGetValue(source, out var cursor))
                return;
            cursor.Forget();
            if (cursor.Failures == 0)
                Schedule(cursor);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (SendDue(stop) is { } wait)
                await _work.WaitAsync(wait, _time, stop).ConfigureAwait(false);
            else
                await _work.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is not acknowledged yet, due or not, and waits for the answers.</summary>
    public Task SendAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.WhenAll(_cursors.Values.Select(c => SendLastAsync(c, cancellationToken)).ToList());
    }

    /// <summary>The same for one source.</summary>
    public Task SendAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _cursors.TryGetValue(source, out var cursor) ? SendLastAsync(cursor, cancellationToken) : Task.CompletedTask;
    }

    private async Task SendLastAsync(AckCursor cursor, CancellationToken cancellationToken)
    {
        await cursor.Ack.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            if (cursor is { IsUnderWay: false, IsBehind: true } && _session is { } session)
            {
                // No longer due: the loop would look for when.
                _due.Remove(cursor);
                Send(cursor, session, cancellationToken);
            }
        }

        await cursor.Ack.ConfigureAwait(false);
    }

    /// <summary>Starts the acks that are due. The time until the next one, or null where there is none.</summary>
    private TimeSpan? SendDue(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Without a connection nothing is due: the next one makes it so.
            if (_session is not { } session)
                return null;
            TimeSpan? next = null;
            foreach (var cursor in _due)
            {
                var left = _time.GetElapsedTime(_time.GetTimestamp(), cursor.Due!.Value);
                if (left <= TimeSpan.Zero)
                    Send(cursor, session, cancellationToken);
                else if (next is null || left < next)
                    next = left > Tick ? left : Tick;
            }

            _due.RemoveWhere(c => c.Due is null);
            return next;
        }
    }

    private void Send(AckCursor cursor, HubSession session, CancellationToken cancellationToken) =>
        cursor.Ack = SendAsync(cursor, cursor.Begin(_time), session, cancellationToken);

    private async Task SendAsync(AckCursor cursor, WsmqPosition position, HubSession session, CancellationToken cancellationToken)
    {
        var isAnswered = true;
        TimeSpan? retryAfter = null;
        try
        {
            await session.AckAsync(cursor.Source, position).WaitAsync(options.SendTimeout, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (Exception e)
        {
            isAnswered = HubRefusal.IsFinal(e, out var refusal);
            retryAfter = WsmqException.From(e)?.RetryAfter;
            if (isAnswered)
                events.RaiseError(WsmqOperation.Acknowledge, refusal!);
        }

        lock (_gate)
        {
            cursor.End(isAnswered);
            cursor.Failures = isAnswered || session != _session ? 0 : cursor.Failures + 1;
            if (cursor.Failures > 0)
                Postpone(cursor, Waits.Longer(options.SendBackoff.Next(cursor.Failures - 1), retryAfter));
            else if (session != _session)
                Postpone(cursor, TimeSpan.Zero);
            else
                Schedule(cursor);
        }
    }

    private void Schedule(AckCursor cursor)
    {
        if (cursor.Schedule(_time))
            Wake(cursor);
    }

    private void Postpone(AckCursor cursor, TimeSpan wait)
    {
        cursor.Postpone(wait, _time);
        if (cursor.Due is not null)
            Wake(cursor);
    }

    private void Wake(AckCursor cursor)
    {
        _due.Add(cursor);
        _work.Set();
    }
}
