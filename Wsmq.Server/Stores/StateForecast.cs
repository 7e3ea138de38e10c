namespace Wsmq.Server.Stores;

/// <summary>
/// What the state of a producer in a lane will be once the batches in flight are executed, as far as this node knows. A store that finds it
/// as expected need not parse it; otherwise it says what it is.
/// </summary>
internal sealed class StateForecast
{
    private readonly Lock _lock = new();
    private readonly List<Step> _inFlight = [];
    private ProducerState? _ahead;
    private string? _text;

    private readonly record struct Step(long Batch, Producer Producer, IReadOnlyList<(long First, long End)> Runs);

    /// <summary>A batch is about to be sent. Returns the state before and after it; null if they are not known.</summary>
    /// <param name="batch">The number of the batch.</param>
    /// <param name="producer">The producer.</param>
    /// <param name="runs">Its numbers in the batch, in order.</param>
    /// <param name="isUsual">Whether the batch can lead to this state at all.</param>
    public (string Before, string After)? Begin(long batch, Producer producer, IReadOnlyList<(long First, long End)> runs, bool isUsual)
    {
        lock (_lock)
        {
            var (step, before) = (new Step(batch, producer, runs), _text);
            _inFlight.Add(step);
            if (isUsual)
                Apply(step);
            else
                Forget();
            return before is not null && _text is not null ? (before, _text) : null;
        }
    }

    /// <summary>A batch was executed.</summary>
    /// <param name="batch">The number of the batch.</param>
    /// <param name="told">The state after it; null if it is as expected.</param>
    public void End(long batch, string? told)
    {
        lock (_lock)
        {
            _inFlight.RemoveAll(s => s.Batch == batch);
            if (told is null)
                return;
            _ahead = ProducerState.Parse(told);
            _text = _ahead?.Save();
            _inFlight.ForEach(Apply);
        }
    }

    /// <summary>Whether a batch was executed is not known.</summary>
    public void Fail(long batch)
    {
        lock (_lock)
        {
            _inFlight.RemoveAll(s => s.Batch == batch);
            Forget();
        }
    }

    private void Apply(Step step)
    {
        if (_ahead is not { } state)
            return;
        state.Process(new MessageNumber(step.Producer, step.Runs[^1].End - 1));
        foreach (var (first, end) in step.Runs)
        {
            for (var number = first; number < end; number++)
            {
                // A repeat. The store says what becomes of it.
                if (state.Judge(new MessageNumber(step.Producer, number)) != NumberState.New)
                {
                    Forget();
                    return;
                }

                state.Add(number);
            }
        }

        _text = state.Save();
    }

    private void Forget() => (_ahead, _text) = (null, null);
}
