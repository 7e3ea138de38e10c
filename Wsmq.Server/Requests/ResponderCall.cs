namespace Wsmq.Server.Requests;

/// <summary>A request on the node of its responder, from its arrival until it is answered.</summary>
/// <param name="to">The address.</param>
/// <param name="request">The request.</param>
/// <param name="deadline">The timestamp at which nobody waits any more.</param>
/// <param name="end">Passes on how it ended; returns whether somebody waited.</param>
internal sealed class ResponderCall(WsmqAddress to, WsmqIncomingRequest request, long deadline, Func<RequestOutcome, Task<bool>> end)
{
    private readonly Lock _lock = new();

    // Null once it was given or is over: its body is in no budget.
    private WsmqIncomingRequest? _request = request;
    private ITimer? _timer;
    private bool _isSent;
    private bool _isOver;

    public WsmqAddress To => to;

    public string Id { get; } = request.Id;

    public string? Type { get; } = request.Type;

    /// <summary>Who has it; null while it waits. Guarded by the lock of <see cref="LocalResponders"/>.</summary>
    public Registration? Holder { get; set; }

    /// <summary>Its place among those that wait; see <see cref="WaitingCalls"/>.</summary>
    public long Place { get; set; }

    public Task<bool> EndAsync(RequestOutcome outcome) => end(outcome);

    /// <summary>For requests of other nodes: a node that crashed cancels nothing.</summary>
    public void StartTimer(TimeProvider time, TimeSpan left, Action<string> over)
    {
        var timer = time.CreateTimer(_ => over(Id), null, left, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            _timer = timer;
            if (_isOver)
                timer.Dispose();
        }
    }

    /// <summary>Gives it to its holder; false if nobody waits any more.</summary>
    public bool TryGive(IResponder responder, TimeProvider time)
    {
        var left = deadline - time.GetTimestamp();
        lock (_lock)
        {
            if (_isOver || left <= 0 || _request is not { } request)
                return false;
            _request = null;
            responder.Give(request with { Timeout = Math.Max(1, (long)(left * 1000.0 / time.TimestampFrequency)) });
            return _isSent = true;
        }
    }

    /// <summary>Nobody waits any more. Returns false if that was so before.</summary>
    public bool Over(IResponder? responder)
    {
        lock (_lock)
        {
            if (_isOver)
                return false;
            _isOver = true;
            _request = null;
            _timer?.Dispose();
            if (_isSent)
                responder?.Cancel(Id);
            return true;
        }
    }
}

/// <summary>The offer of a responder to answer requests to an address. Guarded by the lock of <see cref="LocalResponders"/>.</summary>
internal sealed class Registration(IResponder owner, WsmqAddress address)
{
    public IResponder Owner => owner;

    public WsmqAddress Address => address;

    /// <summary>The types that it answers; null for all.</summary>
    public IReadOnlyCollection<string>? Types { get; set; }

    /// <summary>How many requests it accepts at a time; 0 once it is withdrawn.</summary>
    public int Credit { get; set; }

    /// <summary>How many requests it has.</summary>
    public int Held { get; set; }

    /// <summary>When it was given a request last, in turns: of several with the same room the next one is the one that waits longest.</summary>
    public long Turn { get; set; }

    /// <summary>Whether it gets further requests now.</summary>
    public bool HasRoom => Free > 0 && !owner.IsBlocked;

    public int Free => Credit - Held;

    public bool Answers(string? type) => Credit > 0 && (Types is null || (type is not null && Types.Contains(type)));
}
