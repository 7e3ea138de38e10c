using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Wsmq.Tests.Fuzz;

/// <summary>Derives new cases from the corpus. The same seed yields the same cases.</summary>
internal sealed partial class WireMutator(int seed)
{
    private const int Largest = 700_000;

    private readonly Random _random = new(seed);
    private readonly byte[][] _seeds =
        [.. WireCorpus.All.Where(c => c.Frames.Count == 1 && c.Frames[0].Payload.Length < 5_000).Select(c => c.Frames[0].Payload)];

    private delegate byte[] Step(WireMutator mutator, byte[] payload);

    private static readonly (string Name, Step Run)[] Steps =
    [
        ("truncate", (m, p) => p[..m._random.Next(p.Length + 1)]),
        ("splice", (m, p) => [.. p[..m._random.Next(p.Length + 1)], .. m.Tail(m.Any())]),
        ("flip a bit", (m, p) => m.Change(p, b => (byte)(b ^ (1 << m._random.Next(8))))),
        ("replace a byte", (m, p) => m.Change(p, _ => (byte)m._random.Next(256))),
        ("insert noise", (m, p) => m.Insert(p, Encoding.UTF8.GetBytes(m.One(HostileValues.Noise)))),
        ("insert invalid UTF-8", (m, p) => m.Insert(p, m.One(HostileValues.NoText))),
        ("remove a part", (m, p) => m.Cut(p)),
        ("repeat a part", (m, p) => m.Repeat(p)),
        ("replace a text", (m, p) => m.Replace(p, Texts(), () => $"\"{m.One(HostileValues.Texts)}\"")),
        ("replace a value", (m, p) => m.Replace(p, TextsAndNumbers(), () => m.One(HostileValues.Values))),
        ("replace a number", (m, p) => m.Replace(p, Numbers(), () => m.One(HostileValues.Values))),
        ("nest", (m, p) => m.Replace(p, TextsAndNumbers(), () => HostileValues.Nested(m.One([10, 48, 49, 61, 64, 65, 1_000, 20_000])))),
        ("huge text", (m, p) => m.Replace(p, Texts(), () => $"\"{new string(m.One(['x', 'ü', '\u202e']), m.One([127, 128, 129, 257, 4_097, 60_000, 262_143]))}\"")),
        ("repeat a field", (m, p) => m.Replace(p, Fields(), f => $"{f.Value}{m.One(HostileValues.Values)},{f.Value}")),
        ("remove a field", (m, p) => m.Replace(p, Fields(), _ => "")),
        ("two frames", (m, p) => [.. p, .. m.Any()]),
    ];

    /// <summary>The next case and the kind of mutation that made it.</summary>
    public (string Kind, WireFrame[] Frames) Next()
    {
        var payload = Any();
        var (kind, step) = One(Steps);
        payload = step(this, payload);
        for (var more = _random.Next(3); more > 0 && payload.Length < Largest; more--)
            payload = One(Steps).Run(this, payload);
        return Frame(kind, payload.Length > Largest ? payload[..Largest] : payload);
    }

    private (string Kind, WireFrame[] Frames) Frame(string kind, byte[] payload) => _random.Next(12) switch
    {
        0 => ("fragmented", Pieces(payload)),
        1 => ("binary", [new WireFrame(2, payload)]),
        2 => ("interleaved control frames", [new(9, [1]), .. Pieces(payload).SelectMany(f => (WireFrame[])[f, new(10, [2])])]),
        3 when _random.Next(4) == 0 => ("broken frame", [new WireFrame((byte)_random.Next(16), payload, Reserved: (byte)_random.Next(8), Masked: _random.Next(3) > 0)]),
        _ => (kind, [WireFrame.Of(payload)]),
    };

    private WireFrame[] Pieces(byte[] payload)
    {
        var cuts = Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(payload.Length + 1)).Append(0).Append(payload.Length).Order().ToArray();
        return [.. Enumerable.Range(1, cuts.Length - 1).Select(i => new WireFrame((byte)(i == 1 ? 1 : 0), payload[cuts[i - 1]..cuts[i]], i == cuts.Length - 1))];
    }

    private byte[] Any() => One(_seeds);

    private T One<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private byte[] Tail(byte[] payload) => payload[_random.Next(payload.Length + 1)..];

    private byte[] Change(byte[] payload, Func<byte, byte> change)
    {
        var copy = payload.ToArray();
        if (copy.Length > 0)
        {
            var at = _random.Next(copy.Length);
            copy[at] = change(copy[at]);
        }

        return copy;
    }

    private byte[] Insert(byte[] payload, byte[] some)
    {
        var at = _random.Next(payload.Length + 1);
        return [.. payload[..at], .. some, .. payload[at..]];
    }

    private byte[] Cut(byte[] payload)
    {
        var (from, to) = Range(payload);
        return [.. payload[..from], .. payload[to..]];
    }

    private byte[] Repeat(byte[] payload)
    {
        var (from, to) = Range(payload);
        var times = Math.Min(One([2, 10, 1_000]), Largest / Math.Max(1, to - from));
        return [.. payload[..from], .. Enumerable.Repeat(payload[from..to], times).SelectMany(p => p), .. payload[to..]];
    }

    private (int From, int To) Range(byte[] payload)
    {
        var (a, b) = (_random.Next(payload.Length + 1), _random.Next(payload.Length + 1));
        return (Math.Min(a, b), Math.Max(a, b));
    }

    private byte[] Replace(byte[] payload, Regex what, Func<string> by) => Replace(payload, what, _ => by());

    private byte[] Replace(byte[] payload, Regex what, Func<Match, string> by)
    {
        // Latin-1 preserves every byte. The replacement is encoded as UTF-8 first, and its bytes are mapped the same way.
        var text = Encoding.Latin1.GetString(payload);
        var matches = what.Matches(text);
        if (matches.Count == 0)
            return payload;
        var match = One(matches);
        var replacement = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(by(match)));
        return Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text[..match.Index]}{replacement}{text[(match.Index + match.Length)..]}"));
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Texts();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    [GeneratedRegex("\"[^\"]*\"|[0-9]+")]
    private static partial Regex TextsAndNumbers();

    [GeneratedRegex("\"[a-zA-Z]+\":")]
    private static partial Regex Fields();
}
