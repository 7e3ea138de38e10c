using System.Globalization;
using System.Text;

namespace Wsmq.Server.Stores;

/// <summary>
/// How far a sequence was processed, as a text: epoch (16 digits), last number (12), floor (12), the time of the last message in µs (16); then
/// outcomes by number: number (12), S for stored or R for refused, the position (zeros if it waits) or the number of the error (16), and the mark
/// of the message (16). They are of the last few numbers, and of the last few that were refused. A number up to the floor without an outcome may
/// have been refused; any other one up to the last is stored. sequences.lua does the same.
/// </summary>
internal sealed class SequenceState
{
    private const int EpochDigits = 16;
    private const int NumberDigits = 12;
    private const int OutcomesStart = EpochDigits + NumberDigits + NumberDigits + WsmqPosition.Length;
    private const int OutcomeLength = NumberDigits + 1 + WsmqPosition.Length + SequenceTerms.MarkLength;

    // Of the last numbers, whatever their outcome; and of those that were refused.
    private const int MostOutcomes = 8;
    private const int MostRefusals = 16;

    private readonly List<Outcome> _outcomes = [];
    private long _epoch;
    private long _last;
    private long _floor;
    private long _time;

    private readonly record struct Outcome(long Number, char Kind, long Value, string Mark);

    /// <summary>Parses a state; null if it is corrupt or foreign.</summary>
    public static SequenceState? Parse(string text)
    {
        if (text.Length < OutcomesStart || (text.Length - OutcomesStart) % OutcomeLength != 0 || text.AsSpan(0, OutcomesStart).ContainsAnyExceptInRange('0', '9'))
            return null;
        var rest = text.AsSpan();
        var state = new SequenceState
        {
            _epoch = Take(ref rest, EpochDigits), _last = Take(ref rest, NumberDigits), _floor = Take(ref rest, NumberDigits),
            _time = Take(ref rest, WsmqPosition.Length),
        };
        while (rest.Length > 0)
        {
            if (rest[..NumberDigits].ContainsAnyExceptInRange('0', '9') || rest.Slice(NumberDigits + 1, WsmqPosition.Length).ContainsAnyExceptInRange('0', '9'))
                return null;
            var number = Take(ref rest, NumberDigits);
            var kind = rest[0];
            if (kind is not ('S' or 'R'))
                return null;
            rest = rest[1..];
            state._outcomes.Add(new Outcome(number, kind, Take(ref rest, WsmqPosition.Length), rest[..SequenceTerms.MarkLength].ToString()));
            rest = rest[SequenceTerms.MarkLength..];
        }

        return state;
    }

    /// <summary>What the sender of a message is told without it being appended; null if it is the next one.</summary>
    public AppendResult? Judge(SequenceTerms terms)
    {
        if (terms.Epoch < _epoch)
            return AppendResult.Fenced;
        var last = terms.Epoch > _epoch ? 0 : _last;
        if (terms.Number > last)
            return terms.Number == last + 1 ? null : AppendResult.Skipped(last);
        return _outcomes.Find(o => o.Number == terms.Number) switch
        {
            { Number: 0 } => terms.Number <= _floor ? AppendResult.TooLow : new AppendResult(WsmqPosition.Start, Duplicate: true),
            var outcome when outcome.Mark != terms.Mark => AppendResult.NumberTaken,
            { Kind: 'R' } refused => AppendResult.UsedUp((int)refused.Value),
            var stored => new AppendResult(new WsmqPosition(stored.Value), Duplicate: true),
        };
    }

    /// <summary>Whether the state is too old to be remembered.</summary>
    public bool IsForgotten(long now, TimeSpan kept) => now - _time > kept.Micros();

    /// <summary>The next message was stored, or waits.</summary>
    public void Stored(SequenceTerms terms, WsmqPosition position, long now) => Add(terms, 'S', position.Value, now);

    /// <summary>The next message was refused for good.</summary>
    public void Refused(SequenceTerms terms, int error, long now) => Add(terms, 'R', error, now);

    public string Save()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{_epoch:D16}{_last:D12}{_floor:D12}{_time:D16}");
        foreach (var (number, kind, value, mark) in _outcomes)
            text.Append(CultureInfo.InvariantCulture, $"{number:D12}{kind}{value:D16}{mark}");
        return text.ToString();
    }

    private void Add(SequenceTerms terms, char kind, long value, long now)
    {
        if (terms.Epoch > _epoch)
        {
            _outcomes.Clear();
            _floor = 0;
        }

        (_epoch, _last, _time) = (terms.Epoch, terms.Number, now);
        _outcomes.Add(new Outcome(terms.Number, kind, value, terms.Mark));
        _outcomes.RemoveAll(o => o.Kind == 'S' && o.Number <= _last - MostOutcomes);
        if (_outcomes.Count(o => o.Kind == 'R') <= MostRefusals)
            return;
        var oldest = _outcomes.FindIndex(o => o.Kind == 'R');
        _floor = _outcomes[oldest].Number;
        _outcomes.RemoveAt(oldest);
    }

    private static long Take(ref ReadOnlySpan<char> text, int digits)
    {
        var number = long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
        text = text[digits..];
        return number;
    }
}
