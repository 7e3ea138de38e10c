using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>
/// By what sends are recognized when they are repeated: what happens, step by step, and what is written with which numbers. In what is seen,
/// a1#2 is the send a1 with the number 2, a1! has an id, and a new producer is another letter.
/// </summary>
public sealed class SendKeysTests
{
    private readonly Dictionary<string, PendingSend> _sends = [];
    private readonly List<string> _seen = [];
    private readonly List<string> _producers = [];
    private readonly SendScheduler _scheduler;

    public SendKeysTests() => _scheduler = new SendScheduler(maxOutstanding: 1_000, new WsmqClientOptions().SendBackoff, _ => { });

    [Theory]

    // Numbers follow the order in which sends are written, and each stream has its epoch.
    [InlineData("connect; stream; send a1; send b1; fill; stream", "A/1 [a1#1 b1#2] A/2")]

    // What may be stored is repeated with its number: after a lost answer, and after an error that leaves it open.
    [InlineData("connect; stream; send a1; send b1; fill; ok 1; lost; connect; stream; send c1; fill", "A/1 [a1#1 b1#2] b1=stored A/2 [a1#1 c1#3]")]
    [InlineData("connect; stream; send a1; fill; no 0 store-unavailable; retry; fill", "A/1 [a1#1] [a1#1]")]

    // What is not stored gets a new one, unless an earlier attempt may be stored.
    [InlineData("connect; stream; send a1; fill; no 0 rate-limited; send b1; fill; retry; fill", "A/1 [a1#1] [b1#2] [a1#3]")]
    [InlineData("connect; stream; send a1; fill; lost; connect; stream; fill; no 0 rate-limited; retry; fill", "A/1 [a1#1] A/2 [a1#1] [a1#1]")]

    // A node of an older version: ids. What may be stored by another node cannot be recognized there.
    [InlineData("connect; stream; send a1; fill; none; stream; fill; ok 0", "A/1 [a1#1] ids [a1!] a1=stored")]
    [InlineData("connect; stream; send a1; send b1; fill; lost; send c1; connect; stream; fill; none; stream; fill", "A/1 [a1#1 b1#2] A/2 [a1#1 b1#2 c1#3] ids [c1!] a1=outcome-unknown b1=outcome-unknown")]
    [InlineData("connect; stream; send a1; fill; none; stream; fill; lost; connect; stream; send b1; fill", "A/1 [a1#1] ids [a1!] A/2 [a1! b1#2]")]

    // Too many streams: ids, unless something may be stored under its number.
    [InlineData("connect; stream; send a1; fill; limited; stream; fill", "A/1 [a1#1] ids [a1!]")]
    [InlineData("connect; stream; send a1; fill; lost; connect; stream; fill; limited; retry; stream; fill", "A/1 [a1#1] A/2 [a1#1] A/3 [a1#1]")]

    // A node that stops says so when it closes the connection: what is in flight may be stored nevertheless.
    [InlineData("connect; stream; send a1; fill; closed stopping; connect; stream; fill", "A/1 [a1#1] A/2 [a1#1]")]

    // The server cannot tell: a new producer goes on, once all are answered.
    [InlineData("connect; stream; send a1; send b1; fill; no 0 out-of-sequence; fill; ok 1; end; stream; retry; fill", "A/1 [a1#1 b1#2] [] b1=stored B/1 [a1#1]")]
    [InlineData("connect; stream; send a1; fill; lost; connect; stream; send b1; fill; no 0 out-of-sequence; no 1 out-of-sequence; end; stream; retry; fill", "A/1 [a1#1] A/2 [a1#1 b1#2] a1=outcome-unknown B/1 [b1#1]")]

    // The first attempt is no duplicate: another process has the same producer.
    [InlineData("connect; stream; send a1; fill; twice 0; end; stream; retry; fill; ok 0", "A/1 [a1#1] B/1 [a1#1] a1=stored")]
    [InlineData("connect; stream; send a1; fill; lost; connect; stream; fill; twice 0", "A/1 [a1#1] A/2 [a1#1] a1=stored")]
    public void Sends_are_repeated_with_the_number_that_may_be_stored(string steps, string expected)
    {
        foreach (var step in steps.Split("; "))
            Do(step.Split(' '));

        _seen.AddRange(_sends.Where(s => s.Value.Done.IsFaulted && !_seen.Contains(Outcome(s.Key))).Select(s => Outcome(s.Key)));
        string.Join(' ', _seen).Should().Be(expected);
    }

    [Theory]
    [InlineData("store-unavailable", 254, "a1#1")]
    [InlineData("rate-limited", 256, "a1!")]
    public void What_is_beyond_the_window_of_the_oldest_number_has_an_id_and_waits_for_nothing(string error, int numbered, string repeat)
    {
        foreach (var step in new[] { "connect", "stream", "send a1", "send b1", "fill", $"no 0 {error}", "ok 1" })
            Do(step.Split(' '));
        for (var i = 0; i < 400; i++)
            Do(["send", $"c{i}"]);

        FillAll().Should().Equal(Enumerable.Range(0, 400).Select(i => i < numbered ? $"c{i}#{i + 3}" : $"c{i}!"));
        Do(["retry"]);
        FillAll().Should().Equal(repeat);
        for (var number = 2; number <= 402; number++)
            Do(["ok", $"{number}"]);
        Do(["send", "d1"]);
        FillAll().Should().Equal($"d1#{numbered + 3}");
    }

    private List<string> FillAll()
    {
        var all = new List<string>();
        for (var frame = new SendFrame(); _scheduler.TryFill(frame); frame = new SendFrame())
            all.AddRange(frame.Messages.Select(Text));
        return all;
    }

    private void Do(string[] step)
    {
        switch (step[0])
        {
            case "send":
                var send = new PendingSend($"user:{step[1][0]}", Encoding.UTF8.GetBytes($"{{\"to\":\"{step[1]}\"}}"), hasOwnId: false);
                _sends.Add(step[1], send);
                _scheduler.Add(send);
                break;
            case "connect": _scheduler.Connect(); break;
            case "stream": _seen.Add(_scheduler.BeginStream() is var (producer, epoch) ? $"{Letter(producer)}/{epoch}" : "ids"); break;
            case "end": _scheduler.EndStream(SendOutcome.Again); break;
            case "lost":
                _scheduler.Leave();
                _scheduler.EndStream(SendOutcome.Again);
                break;
            case "closed":
                _scheduler.Leave();
                _scheduler.EndStream(SendOutcome.OfStream(new HubException($"The server closed the connection: {Error(step[1])}")));
                break;
            case "none": _scheduler.RefuseNumbers(SendOutcome.From(new HubException("Method does not exist."))); break;
            case "limited": _scheduler.RefuseNumbers(SendOutcome.From(new HubException(Error("too-many-producers")))); break;
            case "ok": Answer(step[1], new SendOutcome(new WsmqReceipt("id", "0", Duplicate: false), null)); break;
            case "twice": Answer(step[1], new SendOutcome(new WsmqReceipt("id", string.Empty, Duplicate: true), null)); break;
            case "no": Answer(step[1], SendOutcome.From(new WsmqItemResult { Number = 0, Error = Error(step[2]) })); break;
            case "fill":
                var frame = new SendFrame();
                _scheduler.TryFill(frame);
                _seen.Add($"[{string.Join(' ', frame.Messages.Select(Text))}]");
                break;
            case "retry":
                foreach (var retry in _scheduler.TakeRetries())
                    _scheduler.Retry(retry);
                break;
            default: throw new ArgumentException(step[0]);
        }
    }

    private static string Error(string code) => $"{WsmqErrors.All.Values.Single(e => e.Code == code)}";

    private void Answer(string number, SendOutcome outcome)
    {
        var before = _sends.Keys.Where(name => _sends[name].IsSettled).ToHashSet();
        _scheduler.Answered(long.Parse(number, null), outcome);
        _seen.AddRange(_sends.Keys.Where(name => _sends[name].IsSettled && !before.Contains(name) && _sends.Count < 100).Select(Outcome));
    }

    private string Outcome(string name) => _sends[name].Done.IsCompletedSuccessfully
        ? $"{name}=stored"
        : $"{name}={((WsmqException)_sends[name].Done.Exception!.InnerException!).Error.Code}";

    private char Letter(string producer)
    {
        if (!_producers.Contains(producer))
            _producers.Add(producer);
        return (char)('A' + _producers.IndexOf(producer));
    }

    private static string Text(ReadOnlyMemory<byte> message)
    {
        var fields = JsonDocument.Parse(message).RootElement;
        return fields.TryGetProperty("sequence", out var number) ? $"{fields.GetProperty("to")}#{number}" : $"{fields.GetProperty("to")}{(fields.TryGetProperty("id", out _) ? "!" : "")}";
    }
}
