namespace Wsmq;

/// <summary>The sends to one address, in the order in which the app began them. Guarded by the outbox's lock.</summary>
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

    /// <summary>The wait before a repeat; it never fails.</summary>
    public Task Recovery { get; set; } = Task.CompletedTask;

    /// <summary>Tells a wait that something else ended it.</summary>
    public int Epoch { get; set; }

    public IEnumerable<PendingSend> Sends => _sends;

    public void Add(PendingSend send) => _sends.AddLast(send);

    public bool Remove(PendingSend send) => _sends.Remove(send);

    public void Issue(Func<PendingSend, Task> attempt)
    {
        if (Draining)
            return;
        foreach (var send in _sends)
        {
            if (send.IsInFlight || send.IsSettled)
                continue;
            InFlight++;
            send.Start(attempt);
        }
    }

    public void Answered(PendingSend send, SendOutcome outcome)
    {
        InFlight--;
        send.Answered(outcome);
        if (outcome.Receipt is not null)
            Attempts = 0;
        if (outcome.IsAgain)
            Draining = true;
    }
}
