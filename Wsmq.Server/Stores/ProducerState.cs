using System.Globalization;
using System.Text;

namespace Wsmq.Server.Stores;

/// <summary>What a store knows of a message with a number.</summary>
internal enum NumberState
{
    /// <summary>It is not stored.</summary>
    New,

    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>It cannot be told, because the number is too far below the highest one.</summary>
    TooLow,

    /// <summary>A later stream of the producer was processed.</summary>
    Fenced,
}

/// <summary>
/// How far a lane has processed a producer, as a text: epoch (16 digits), floor (12), then the runs of numbers that are stored: the first
/// one, and the one after the last (12 each). A number below the floor that is in no run cannot be told. producers.lua does the same.
/// </summary>
internal sealed class ProducerState
{
    /// <summary>The largest number of a message.</summary>
    public const long MostNumber = OutgoingMessageConverter.MostSequence;

    public const int EpochDigits = 16;
    public const int NumberDigits = 12;
    private const int RunsStart = EpochDigits + NumberDigits;
    private const int RunLength = 2 * NumberDigits;

    private readonly List<(long First, long End)> _runs = [];
    private long _epoch;
    private long _floor;
    private long _raise;

    /// <summary>Parses a state; null if it is corrupt or foreign.</summary>
    public static ProducerState? Parse(string text)
    {
        if (text.Length < RunsStart || (text.Length - RunsStart) % RunLength != 0 || text.Any(c => !char.IsAsciiDigit(c)))
            return null;
        var state = new ProducerState { _epoch = Number(text, 0, EpochDigits), _floor = Number(text, EpochDigits, NumberDigits) };
        for (var at = RunsStart; at < text.Length; at += RunLength)
            state._runs.Add((Number(text, at, NumberDigits), Number(text, at + NumberDigits, NumberDigits)));
        return state;
    }

    public NumberState Judge(MessageNumber number)
    {
        if (number.Producer.Epoch < _epoch)
            return NumberState.Fenced;
        if (_runs.Exists(r => r.First <= number.Value && number.Value < r.End))
            return NumberState.Stored;
        return number.Value < _floor ? NumberState.TooLow : NumberState.New;
    }

    /// <summary>A message was processed, whatever its outcome, unless it is fenced. The floor is raised once the state is saved.</summary>
    public void Process(MessageNumber number)
    {
        if (number.Producer.Epoch < _epoch)
            return;
        _epoch = number.Producer.Epoch;
        _raise = Math.Max(_raise, FloorOf(number.Value, number.Producer.Window));
    }

    /// <summary>A message is stored.</summary>
    public void Add(long number)
    {
        var next = _runs.FindIndex(r => r.First > number);
        var at = next < 0 ? _runs.Count : next;
        var joinsNext = at < _runs.Count && _runs[at].First == number + 1;
        var joinsLast = at > 0 && _runs[at - 1].End == number;
        if (joinsLast)
            _runs[at - 1] = (_runs[at - 1].First, joinsNext ? _runs[at].End : number + 1);
        else if (joinsNext)
            _runs[at] = (number, _runs[at].End);
        else
            _runs.Insert(at, (number, number + 1));
        if (joinsLast && joinsNext)
            _runs.RemoveAt(at);
    }

    /// <summary>The state as a text, without what is too far below.</summary>
    public string Save()
    {
        _floor = Math.Max(_floor, _raise);
        while (_runs.Count > 1 && _runs[0].End <= _floor)
            _runs.RemoveAt(0);
        return Text(_epoch, _floor, _runs);
    }

    /// <summary>The state with some runs of numbers.</summary>
    public static string Text(long epoch, long floor, IReadOnlyList<(long First, long End)> runs)
    {
        var text = new StringBuilder(RunsStart + (RunLength * runs.Count));
        text.Append(Digits(epoch, EpochDigits)).Append(Digits(floor, NumberDigits));
        foreach (var (first, end) in runs)
            text.Append(Digits(first, NumberDigits)).Append(Digits(end, NumberDigits));
        return text.ToString();
    }

    /// <summary>The floor that a highest number leads to.</summary>
    public static long FloorOf(long highest, int window) => Math.Max(0, highest - window + 1);

    public static string Digits(long number, int digits) => number.ToString($"D{digits}", CultureInfo.InvariantCulture);

    private static long Number(string text, int at, int digits) =>
        long.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture);
}
