namespace Wsmq;

/// <summary>The sends to one address, in the order in which the app began them. Guarded by the outbox's lock.</summary>
/// <remarks>While there is a connection and the lane is not draining, all that is in it is in flight.</remarks>
internal sealed class SendLane(string to)
{
    private readonly LinkedList<PendingSend> _sends = new();

    public string To { get; } = to;

    public bool IsEmpty => _sends.Count == 0;

    public int InFlight { get; private set; }

    /// <summary>One is to be repeated: nothing more goes out until all under way have answered, so that the repeat keeps the order.</summary>
    public bool Draining { get; set; }

    /// <summary>How many repeats in a row brought no receipt.</summary>
    public int Attempts { get; set; }

    /// <summary>How long the server asks to wait: the longest time of all that are to be repeated.</summary>
    public TimeSpan RetryAfter { get; set; }

    /// <summary>The wait before a repeat; it never fails.</summary>
    public Task Recovery { get; set; } = Task.CompletedTask;

    /// <summary>Tells a wait that something else ended it.</summary>
    public int Epoch { get; set; }

    /// <summary>All of them, in order.</summary>
    public IReadOnlyCollection<PendingSend> Sends => _sends;

    public void Add(PendingSend send)
    {
        send.Lane = this;
        _sends.AddLast(send.Place);
    }

    public void Remove(PendingSend send)
    {
        send.Lane = null;
        _sends.Remove(send.Place);
    }

    public void Began(PendingSend send)
    {
        send.IsInFlight = true;
        InFlight++;
    }

    public void Answered(PendingSend send, SendOutcome outcome)
    {
        InFlight--;
        send.Answered(outcome);
        if (outcome.Receipt is not null)
            Attempts = 0;
        if (!outcome.IsAgain || send.IsSettled)
            return;
        Draining = true;
        if (outcome.RetryAfter > RetryAfter)
            RetryAfter = outcome.RetryAfter;
    }
}
