namespace Wsmq;

/// <summary>
/// Acknowledges handled messages: the highest position of each source, with one ack in flight per source. The first ack after a pause is
/// sent at once, or for a group at any time within the interval; while messages keep coming, one is sent in each interval, or after a number
/// of messages of the source or of all sources.
/// </summary>
/// <remarks>
/// The cost of a delayed ack is that its messages are delivered again if the process dies before it is sent. Each ack requests an
/// answer: without one, a refusal or an unavailable store would be noticed only when the messages are delivered again.
/// </remarks>
internal sealed class Acker(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    // Timers have a resolution of one millisecond: a shorter wait would be no wait.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // After so many times the messages of an ack of one source, all are acknowledged: a quarter of the default window of a connection.
    private const int AcksOfConnection = 2;

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly Lock _gate = new();
    private readonly Dictionary<WsmqAddress, AckCursor> _cursors = [];
    private readonly HashSet<AckCursor> _due = [];
    private readonly WakeUp _work = new();
    private HubSession? _session;
    private int _handled;

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            foreach (var cursor in _cursors.Values)
            {
                cursor.Failures = 0;
                if (!cursor.IsInFlight)
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
                _cursors.Add(source, cursor = new AckCursor(source, options));
            cursor.Handled(position);
            // An ack that is being retried keeps its backoff.
            if (cursor.Failures == 0)
                Schedule(cursor);
            if (++_handled >= AcksOfConnection * options.AckAfterMessages)
                MakeAllDue();
        }
    }

    // The window of the connection must not fill with a few messages of each of many sources.
    private void MakeAllDue()
    {
        _handled = 0;
        foreach (var cursor in _cursors.Values)
        {
            if (cursor is { Failures: 0, IsInFlight: false })
                Postpone(cursor, TimeSpan.Zero);
        }
    }

    /// <summary>Called when the server delivers a handled message again: it did not receive the ack.</summary>
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

    /// <summary>Sends all outstanding acks, due or not, and waits for the answers.</summary>
    public Task SendAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.WhenAll(_cursors.Values.Select(c => SendLastAsync(c, cancellationToken)).ToList());
    }

    /// <summary>Sends the outstanding ack of one source, due or not, and waits for the answer.</summary>
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
            if (cursor is { IsInFlight: false, IsBehind: true } && _session is { } session)
            {
                // Sending clears the due time, which the loop requires of every cursor in the set.
                _due.Remove(cursor);
                Send(cursor, session, cancellationToken);
            }
        }

        await cursor.Ack.ConfigureAwait(false);
    }

    /// <summary>Starts the acks that are due. Returns the time until the next one, or null where there is none.</summary>
    private TimeSpan? SendDue(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Without a connection no ack is due: the next connection makes them due.
            if (_session is not { } session)
                return null;
            TimeSpan? next = null;
            foreach (var cursor in _due)
            {
                var left = cursor.Left();
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
        cursor.Ack = SendAsync(cursor, cursor.Begin(), session, cancellationToken);

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
                events.RaiseError(WsmqClientOperation.Ack, refusal!);
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
        if (cursor.Schedule())
            Wake(cursor);
    }

    private void Postpone(AckCursor cursor, TimeSpan wait)
    {
        cursor.Postpone(wait);
        if (cursor.Due is not null)
            Wake(cursor);
    }

    private void Wake(AckCursor cursor)
    {
        _due.Add(cursor);
        _work.Set();
    }
}
