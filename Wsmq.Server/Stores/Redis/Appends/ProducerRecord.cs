namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>A producer of a batch, and its numbers.</summary>
internal sealed class ProducerRecord(Producer producer)
{
    private readonly List<(long First, long End)> _runs = [];
    private List<long> _numbers = [];

    /// <summary>The stream with the highest epoch; messages of others are refused.</summary>
    public Producer Producer { get; private set; } = producer;

    public void Add(MessageNumber number)
    {
        IsOdd |= number.Producer.Epoch != Producer.Epoch;
        if (number.Producer.Epoch > Producer.Epoch)
            (Producer, _numbers) = (number.Producer, []);
        if (number.Producer.Epoch == Producer.Epoch)
            _numbers.Add(number.Value);
    }

    /// <summary>Its number in the batch, from 0.</summary>
    public int Place { get; set; }

    /// <summary>The state after the batch, if it is not as expected.</summary>
    public string? Told { get; set; }

    /// <summary>The state that is expected before the batch; null if none is.</summary>
    public string? Before { get; private set; }

    /// <summary>What it then becomes; without an expected one the state of the numbers in the batch alone.</summary>
    public string After { get; private set; } = string.Empty;

    /// <summary>Whether something about the numbers in the batch is unusual, so that they must be looked at one by one.</summary>
    public bool IsOdd { get; private set; }

    /// <summary>The batch is about to be sent. Followed by <see cref="End"/> or <see cref="Fail"/>.</summary>
    public void Begin(int lane, long batch)
    {
        FindRuns();
        var floor = ProducerState.FloorOf(_numbers[^1], Producer.Window);

        // Some of them are so low that they will not be remembered.
        IsOdd |= _runs.Count > 1 && _runs[0].End <= floor;
        if (Forecast(lane).Begin(batch, Producer, _runs, !IsOdd) is var (before, after))
            (Before, After) = (before, after);
        else
            After = ProducerState.Text(Producer.Epoch, floor, _runs);
    }

    public void End(int lane, long batch) => Forecast(lane).End(batch, Told);

    public void Fail(int lane, long batch) => Forecast(lane).Fail(batch);

    private StateForecast Forecast(int lane) => Producer.Forecasts.GetOrAdd(lane, static _ => new StateForecast());

    // Also finds whether a number is in the batch twice.
    private void FindRuns()
    {
        // Usually they are in order.
        _numbers.Sort();
        foreach (var number in _numbers)
        {
            if (_runs.Count == 0 || number > _runs[^1].End)
                _runs.Add((number, number + 1));
            else if (number == _runs[^1].End)
                _runs[^1] = (_runs[^1].First, number + 1);
            else
                IsOdd = true;
        }
    }
}
