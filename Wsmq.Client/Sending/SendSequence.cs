namespace Wsmq;

/// <summary>The sends to one address, in the order of the app's calls. Part of the state of <see cref="SendScheduler"/>.</summary>
/// <remarks>While there is a connection and the sequence is not draining, all its sends are in flight.</remarks>
internal sealed class SendSequence(string to)
{
    private readonly LinkedList<PendingSend> _sends = new();

    public string To { get; } = to;

    public bool IsEmpty => _sends.Count == 0;

    public int InFlight { get; private set; }

    /// <summary>A send has to be repeated: nothing is issued until all sends in flight have a result, to keep the order.</summary>
    public bool Draining { get; set; }

    /// <summary>The number of repeats in a row without a receipt.</summary>
    public int Attempts { get; set; }

    /// <summary>The wait that the server requests: the longest of all sends to be repeated.</summary>
    public TimeSpan RetryAfter { get; set; }

    /// <summary>Changes when the sequence is reopened or a new wait starts, which makes a pending wait obsolete.</summary>
    public int Epoch { get; set; }

    /// <summary>All sends of the sequence, in order.</summary>
    public IReadOnlyCollection<PendingSend> Sends => _sends;

    public void Add(PendingSend send)
    {
        send.Sequence = this;
        _sends.AddLast(send.Place);
    }

    public void Remove(PendingSend send)
    {
        send.Sequence = null;
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
