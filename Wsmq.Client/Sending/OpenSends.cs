namespace Wsmq;

/// <summary>
/// All sends without an outcome, oldest first, so that one timer serves all timeouts. Decides whether a send is accepted, by the state of
/// the client and the bytes of all sends. Guarded by the sender's lock.
/// </summary>
internal sealed class OpenSends : IDisposable
{
    // The approximate size of a send besides its JSON, so that many small messages count towards the limit.
    private const int Overhead = 512;

    private readonly LinkedList<PendingSend> _byAge = new();
    private readonly WsmqClientOptions _options;
    private readonly TimeoutCause _cause;
    private readonly ITimer _timer;
    private WsmqException? _expelled;
    private long _bytes;
    private bool _armed;

    /// <param name="options">The timeout and the limit.</param>
    /// <param name="cause">Why a send times out.</param>
    /// <param name="expired">Called when the oldest send has reached its timeout.</param>
    public OpenSends(WsmqClientOptions options, TimeoutCause cause, Action expired)
    {
        (_options, _cause) = (options, cause);
        _timer = options.TimeProvider.CreateTimer(_ => expired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether new sends are refused, because the client is stopping.</summary>
    public bool IsClosed { get; private set; }

    public void Close() => IsClosed = true;

    /// <summary>False where the send is refused. A single message always has enough bytes, whatever its size.</summary>
    public bool TryAdd(PendingSend send)
    {
        var bytes = Weight(send);
        if (IsClosed)
            send.Refuse(WsmqErrors.ClientClosed, "the client was stopped");
        else if (_expelled is { } expelled)
            send.Refuse(expelled.Again());
        else if (_bytes > 0 && _bytes + bytes > _options.MaxPendingSendBytes)
            send.Refuse(WsmqErrors.TooManySends, $"the client's {nameof(_options.MaxPendingSendBytes)} is {_options.MaxPendingSendBytes}");
        if (send.IsSettled)
            return false;
        _bytes += bytes;
        send.Since = _options.TimeProvider.GetTimestamp();
        _byAge.AddLast(send.Age);
        if (!_armed)
            Arm(_options.SendTimeout);
        return true;
    }

    /// <summary>Removes a send that has its outcome.</summary>
    public void Remove(PendingSend send)
    {
        if (send.Age.List is null)
            return;
        _byAge.Remove(send.Age);
        _bytes -= Weight(send);
    }

    /// <summary>Fails the oldest send if it has reached its timeout, and returns it for removal; otherwise sets the timer for it.</summary>
    public PendingSend? TakeExpired()
    {
        _armed = false;
        if (_byAge.First?.Value is not { } oldest)
            return null;
        var left = _options.SendTimeout - _options.TimeProvider.GetElapsedTime(oldest.Since);
        if (left > TimeSpan.Zero)
        {
            Arm(left);
            return null;
        }

        oldest.GiveUp(_cause.Text);
        return oldest;
    }

    /// <summary>Fails all sends, and every later one, and returns them for removal: the client will not connect again.</summary>
    public IReadOnlyList<PendingSend> Expel(WsmqException reason)
    {
        _expelled = reason;
        PendingSend[] all = [.. _byAge];
        foreach (var send in all)
        {
            if (send.WasAttempted)
                send.GiveUp(reason.Error.Code);
            else
                send.Refuse(reason.Again());
        }

        return all;
    }

    public void GiveUpAll(string detail)
    {
        foreach (var send in _byAge)
            send.GiveUp(detail);
    }

    public void Dispose() => _timer.Dispose();

    private static int Weight(PendingSend send) => send.Json.Length + Overhead;

    private void Arm(TimeSpan left)
    {
        // The extra millisecond: a timer that fires slightly early would otherwise be set to zero again and again.
        _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        _armed = true;
    }
}
