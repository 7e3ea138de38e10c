namespace Wsmq;

/// <summary>
/// Decides which send is written next, which one is repeated and when, and settles those that have an outcome. Only state: it performs no
/// I/O, has no timer and takes no lock. <see cref="Sender"/> reports to it what happened, writes what <see cref="TryFill"/> returns, and
/// waits for what <see cref="TakeRetries"/> returns.
/// </summary>
/// <remarks>
/// <para>Order: sends enter the sequence of their address in the order of the calls, and each sequence writes its sends in that order to
/// the one stream of the connection. After a lost connection or a refusal with a retry, a sequence waits for the results of all sends in
/// flight, and then repeats those without a receipt, in order, before any new send. Numbers or ids (<see cref="SendKeys"/>) make the
/// repeat harmless. One reordering cannot be prevented: a message sent after a refused one may be stored already, and is then before it in
/// the log.</para>
/// <para>A send that was written occupies one of the outstanding slots until it has a result, even if its caller has cancelled: the
/// server counts it as in flight.</para>
/// </remarks>
/// <param name="maxOutstanding">The maximum number of sends in sequences; the others wait.</param>
/// <param name="backoff">The waits before repeats.</param>
/// <param name="settled">Called with each send that has its outcome, at least once.</param>
internal sealed class SendScheduler(int maxOutstanding, WsmqBackoffOptions backoff, Action<PendingSend> settled)
{
    private readonly Dictionary<string, SendSequence> _sequences = new(StringComparer.Ordinal);
    private readonly LinkedList<PendingSend> _waiting = new();
    private readonly SendKeys _keys = new();
    private readonly Queue<PendingSend> _ready = new();
    private readonly Dictionary<long, PendingSend> _written = [];
    private List<SendRetry> _retries = [];
    private int _outstanding;
    private long _number;
    private bool _connected;

    /// <summary>Whether <see cref="TryFill"/> may have something to write.</summary>
    public bool HasReady => _ready.Count > 0 && !_keys.IsUsedUp;

    /// <summary>Whether the stream has to be replaced, with <see cref="EndStream"/> and <see cref="BeginStream"/>.</summary>
    public bool NeedsStream => _keys.IsUsedUp && _written.Count == 0;

    /// <summary>Whether no send waits or is in a sequence.</summary>
    public bool IsEmpty => _outstanding == 0 && _waiting.Count == 0;

    /// <summary>Whether no send waits for the result of an attempt.</summary>
    public bool IsQuiet => _sequences.Values.All(l => l.InFlight == 0);

    public void Add(PendingSend send)
    {
        _waiting.AddLast(send.Place);
        Admit();
    }

    /// <summary>A connection is up: sends are issued again.</summary>
    public void Connect()
    {
        (_connected, _keys.TakesNumbers) = (true, true);
        foreach (var sequence in _sequences.Values)
            Reopen(sequence);
    }

    /// <summary>From here on sends wait for the next connection. Those that are in flight may still be answered.</summary>
    public void Leave() => _connected = false;

    /// <summary>A stream begins: returns its producer and epoch, or null if its messages have ids.</summary>
    public (string Producer, long Epoch)? BeginStream() => _keys.BeginStream();

    /// <summary>The server of the connection takes no numbers, and has taken nothing of the stream.</summary>
    /// <param name="refusal">Whether it takes some later, and when.</param>
    public void RefuseNumbers(SendOutcome refusal)
    {
        // What may be stored can be recognized by its number only.
        if (refusal.IsNotStored && _sequences.Values.Any(s => s.Sends.Any(SendKeys.NeedsNumber)))
        {
            EndStream(refusal);
            return;
        }

        _keys.TakesNumbers = false;
        EndStream(SendOutcome.NotStored);
        foreach (var retry in TakeRetries())
            Reopen(retry.Sequence);
    }

    /// <summary>The connection's stream has ended: what has no result is repeated over the next one.</summary>
    /// <param name="outcome">The outcome of those that were written.</param>
    public void EndStream(SendOutcome outcome)
    {
        var written = _written.OrderBy(w => w.Key).Select(w => w.Value).ToArray();
        var unwritten = _ready.ToArray();
        _number = 0;
        _written.Clear();
        _ready.Clear();

        // All sequences first, before one send leaves and frees capacity: a send that is admitted then must not overtake the others.
        foreach (var send in written.Concat(unwritten))
            send.Sequence!.Draining = true;
        foreach (var send in written)
            Answered(send, outcome);
        foreach (var send in unwritten)
            Answered(send, SendOutcome.NotStored);
    }

    /// <summary>The server has answered the message with this number on the current stream.</summary>
    public void Answered(long number, SendOutcome outcome)
    {
        if (_written.Remove(number, out var send))
            Answered(send, _keys.Judge(send, outcome));
    }

    /// <summary>Fills a frame with sends that are ready, numbered in the order of the stream. False where there is none.</summary>
    public bool TryFill(SendFrame frame)
    {
        while (!_keys.IsUsedUp && _ready.TryPeek(out var send) && frame.HasRoomFor(send.Json))
        {
            _ready.Dequeue();

            // The caller has its outcome already, or the send would overtake those to be repeated.
            if (send.IsSettled || send.Sequence!.Draining)
                Answered(send, SendOutcome.NotStored);
            else if (!_keys.TryIdentify(send))
                Answered(send, SendOutcome.Unrecognized);
            else
                Write(send, frame);
        }

        return !frame.IsEmpty;
    }

    /// <summary>A send may have its outcome, with or without an answer of the server: it then leaves, unless it is in flight.</summary>
    public void LeaveIfSettled(PendingSend send)
    {
        if (!send.IsSettled)
            return;
        settled(send);
        if (send.IsInFlight)
            return;
        if (send.Sequence is not { } sequence)
        {
            send.Place.List?.Remove(send.Place);
            return;
        }

        sequence.Remove(send);
        if (sequence.IsEmpty)
            _sequences.Remove(sequence.To);
        _outstanding--;
        Admit();
    }

    /// <summary>Returns the waits that are to begin, and forgets them. Call <see cref="Retry"/> at the end of each.</summary>
    public IReadOnlyList<SendRetry> TakeRetries()
    {
        if (_retries.Count == 0)
            return [];
        var retries = _retries;
        _retries = [];
        return retries;
    }

    /// <summary>A wait is over. It has no effect if the sequence was reopened meanwhile, or waits again.</summary>
    public void Retry(SendRetry retry)
    {
        if (retry.Sequence.Epoch == retry.Epoch)
            Reopen(retry.Sequence);
    }

    private void Write(PendingSend send, SendFrame frame)
    {
        frame.Add(send.HasOwnId ? send.Json : send.Wire);
        send.WasAttempted = true;
        _written.Add(_number++, send);
    }

    private void Answered(PendingSend send, SendOutcome outcome)
    {
        var sequence = send.Sequence!;
        sequence.Answered(send, outcome);
        LeaveIfSettled(send);
        if (!sequence.Draining || sequence.InFlight > 0 || !_connected)
            return;
        if (sequence.IsEmpty)
            Reopen(sequence);
        else
            _retries.Add(new SendRetry(sequence, ++sequence.Epoch, Waits.Longer(backoff.Next(sequence.Attempts++), sequence.RetryAfter)));
    }

    private void Admit()
    {
        while (_outstanding < maxOutstanding && _waiting.First is { } first)
        {
            _waiting.Remove(first);
            _outstanding++;
            var send = first.Value;
            if (!_sequences.TryGetValue(send.To, out var sequence))
                _sequences.Add(send.To, sequence = new SendSequence(send.To));
            sequence.Add(send);
            if (!sequence.Draining)
                Issue(sequence, send);
        }
    }

    private void Reopen(SendSequence sequence)
    {
        sequence.Epoch++;
        sequence.Draining = false;
        sequence.RetryAfter = TimeSpan.Zero;
        foreach (var send in sequence.Sends)
            Issue(sequence, send);
    }

    private void Issue(SendSequence sequence, PendingSend send)
    {
        if (!_connected)
            return;
        sequence.Began(send);
        _ready.Enqueue(send);
    }
}

/// <summary>A wait before a sequence repeats its sends.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Epoch">Its <see cref="SendSequence.Epoch"/> when the wait began.</param>
/// <param name="Delay">How long to wait.</param>
internal readonly record struct SendRetry(SendSequence Sequence, int Epoch, TimeSpan Delay);
