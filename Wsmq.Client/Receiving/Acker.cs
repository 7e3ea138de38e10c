using System.Threading.Channels;

namespace Wsmq;

/// <summary>
/// Acknowledges what was handled: the highest position of each source, one ack at a time for each. While one is under way further
/// positions gather, so that a fast handler costs few acks; otherwise they go out when the work pauses, after a number of messages,
/// or after a short wait, whichever is first.
/// </summary>
internal sealed class Acker(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    // A quarter of the server's default window: it is never closed by acks that were held back.
    private const int AckEvery = 64;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<Address, Cursor> _cursors = [];
    private readonly Wakeup _work = new();
    private readonly Wakeup _urgent = new();
    private volatile HubSession? _session;

    private sealed class Cursor
    {
        public Position Handled { get; set; }

        public Position Acknowledged { get; set; }

        public int Since { get; set; }
    }

    public void Attach(HubSession session)
    {
        _session = session;
        Flush();
    }

    public void Detach() => _session = null;

    public void Handled(Address source, Position position, bool isPause)
    {
        lock (_gate)
        {
            if (!_cursors.TryGetValue(source, out var cursor))
                _cursors.Add(source, cursor = new Cursor());
            cursor.Handled = Position.Max(cursor.Handled, position);
            isPause |= ++cursor.Since >= AckEvery;
        }

        _work.Set();
        if (isPause)
            _urgent.Set();
    }

    /// <summary>The server sent something again that was handled: it has missed the ack.</summary>
    public void Repeat(Address source)
    {
        lock (_gate)
        {
            if (_cursors.TryGetValue(source, out var cursor))
                cursor.Acknowledged = Position.Start;
        }

        Flush();
    }

    public void Flush()
    {
        _work.Set();
        _urgent.Set();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (true)
        {
            await _work.WaitAsync(stop).ConfigureAwait(false);
            await _urgent.WaitAsync(MaxWait, options.TimeProvider, stop).ConfigureAwait(false);
            if (await SendAllAsync(stop).ConfigureAwait(false))
            {
                failures = 0;
                continue;
            }

            await Task.Delay(options.SendBackoff.Next(failures++), options.TimeProvider, stop).ConfigureAwait(false);
            Flush();
        }
    }

    /// <summary>Sends every ack that is due, and waits for the answers. False where one is to be repeated.</summary>
    public async Task<bool> SendAllAsync(CancellationToken ct)
    {
        // Without a connection there is nothing to repeat: the next one begins with a flush.
        if (_session is not { } session)
            return true;
        List<Task<bool>> acks;
        lock (_gate)
            acks = [.. _cursors.Where(c => c.Value.Handled > c.Value.Acknowledged).Select(c => SendAsync(session, c.Key, c.Value, ct))];
        var answers = await Task.WhenAll(acks).ConfigureAwait(false);
        return Array.TrueForAll(answers, a => a) || session != _session;
    }

    private async Task<bool> SendAsync(HubSession session, Address source, Cursor cursor, CancellationToken ct)
    {
        var position = cursor.Handled;
        cursor.Since = 0;
        try
        {
            await session.AckAsync(source, position).WaitAsync(options.SendTimeout, options.TimeProvider, ct)
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            if (!HubRefusal.IsFinal(e, out var refusal))
                return false;
            events.RaiseError(WsmqOperation.Acknowledge, refusal);
        }

        lock (_gate)
            cursor.Acknowledged = Position.Max(cursor.Acknowledged, position);
        return true;
    }
}
