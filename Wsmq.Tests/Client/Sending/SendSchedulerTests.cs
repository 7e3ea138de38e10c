using System.Text;

namespace Wsmq.Tests.Client;

/// <summary>
/// The order of sends, as a table: what happens, step by step, and what the scheduler then writes, repeats and settles. A send is named by
/// its address and a number: a1 goes to user:a. Two sends may be outstanding.
/// </summary>
public sealed class SendSchedulerTests
{
    private readonly Dictionary<string, PendingSend> _sends = [];
    private readonly List<string> _seen = [];
    private readonly List<SendRetry> _retries = [];
    private readonly SendScheduler _scheduler;

    public SendSchedulerTests() => _scheduler = new SendScheduler(maxOutstanding: 2, new WsmqClientOptions().SendBackoff, Settled);

    [Theory]

    // Without faults.
    [InlineData("connect; send a1; send b1; fill", "[a1 b1]")]
    [InlineData("send a1; send b1; fill; connect; fill", "[] [a1 b1]")]
    [InlineData("connect; send a1; send a2; fill; ok 0; ok 1", "[a1 a2] a1=stored a2=stored")]
    [InlineData("connect; send a1; send a2; fill; ok 1; ok 0", "[a1 a2] a2=stored a1=stored")]

    // A send beyond the outstanding ones waits, in order, until one has its result.
    [InlineData("connect; send a1; send b1; send a2; send b2; fill; ok 1; fill; ok 0; fill", "[a1 b1] b1=stored [a2] a1=stored [b2]")]

    // A temporary refusal: nothing to the address is written before all results are there, and then everything is repeated in order.
    [InlineData("connect; send a1; send a2; fill; again 0; fill; ok 1; retry; fill", "[a1 a2] [] a2=stored wait(user:a) [a1]")]
    [InlineData("connect; send a1; fill; again 0; send a2; fill; retry; fill", "[a1] wait(user:a) [] [a1 a2]")]
    [InlineData("connect; send a1; send a2; fill; again 0; again 1; retry; fill", "[a1 a2] wait(user:a) [a1 a2]")]
    [InlineData("connect; send a1; fill; again 0; retry; fill; again 1; retry; fill; ok 2", "[a1] wait(user:a) [a1] wait(user:a) [a1] a1=stored")]

    // Other addresses go on meanwhile.
    [InlineData("connect; send a1; fill; again 0; send b1; fill", "[a1] wait(user:a) [b1]")]

    // A final refusal settles its send only.
    [InlineData("connect; send a1; send a2; fill; refuse 0; ok 1", "[a1 a2] a1=refused a2=stored")]

    // A lost connection: what has no result is repeated over the next one, before anything new.
    [InlineData("connect; send a1; send a2; fill; ok 0; leave; end; connect; fill", "[a1 a2] a1=stored [a2]")]
    [InlineData("connect; send a1; fill; leave; send a2; end; connect; fill", "[a1] [a1 a2]")]
    [InlineData("connect; send a1; leave; end; connect; fill", "[a1]")]
    [InlineData("connect; send a1; fill; leave; end; ok 0; connect; fill", "[a1] [a1]")]

    // The stream alone has ended: it is repeated after a wait, on the same connection.
    [InlineData("connect; send a1; fill; end; fill; retry; fill", "[a1] wait(user:a) [] [a1]")]

    // A wait that began before the connection was lost has no effect afterwards.
    [InlineData("connect; send a1; fill; again 0; leave; end; connect; fill; retry; fill", "[a1] wait(user:a) [a1] []")]

    // A cancelled send keeps its slot while the server may still answer it, and leaves at once otherwise.
    [InlineData("connect; send a1; send a2; send a3; fill; cancel a1; fill; ok 0; fill", "[a1 a2] a1=cancelled [] [a3]")]
    [InlineData("connect; send a1; cancel a1; fill; send a2; fill", "a1=cancelled [] [a2]")]
    [InlineData("send a1; send a2; send a3; cancel a2; connect; fill", "a2=cancelled [a1 a3]")]
    [InlineData("connect; send a1; fill; cancel a1; again 0; send a2; fill", "[a1] a1=cancelled [a2]")]
    public void Sends_are_written_repeated_and_settled_in_order(string steps, string expected)
    {
        foreach (var step in steps.Split("; "))
            Do(step.Split(' '));

        string.Join(' ', _seen).Should().Be(expected);
    }

    private void Do(string[] step)
    {
        switch (step[0])
        {
            case "send":
                var send = new PendingSend($"user:{step[1][0]}", Encoding.UTF8.GetBytes(step[1]));
                _sends.Add(step[1], send);
                _scheduler.Add(send);
                break;
            case "cancel":
                _sends[step[1]].Cancel(new CancellationToken(canceled: true));
                _scheduler.LeaveIfSettled(_sends[step[1]]);
                break;
            case "connect": _scheduler.Connect(); break;
            case "leave": _scheduler.Leave(); break;
            case "end": _scheduler.EndStream(SendOutcome.Again); break;
            case "ok": Answer(step[1], new SendOutcome(new WsmqReceipt("id", "0", Duplicate: false), null)); break;
            case "again": Answer(step[1], SendOutcome.Again); break;
            case "refuse": Answer(step[1], new SendOutcome(null, new WsmqException(WsmqErrors.SendNotAllowed))); break;
            case "fill": Fill(); break;
            case "retry":
                _retries.ForEach(_scheduler.Retry);
                _retries.Clear();
                break;
            default: throw new ArgumentException(step[0]);
        }

        foreach (var retry in _scheduler.TakeRetries())
        {
            _retries.Add(retry);
            _seen.Add($"wait({retry.Sequence.To})");
        }
    }

    private void Answer(string number, SendOutcome outcome) => _scheduler.Answered(long.Parse(number, null), outcome);

    private void Fill()
    {
        var frame = new SendFrame();
        _scheduler.TryFill(frame);
        _seen.Add($"[{string.Join(' ', frame.Messages.Select(m => Encoding.UTF8.GetString(m.Span)))}]");
    }

    private void Settled(PendingSend send)
    {
        var how = send.Done.IsCompletedSuccessfully ? "stored" : send.Done.IsCanceled ? "cancelled" : "refused";
        var text = $"{Encoding.UTF8.GetString(send.Json.Span)}={how}";
        if (!_seen.Contains(text))
            _seen.Add(text);
    }
}
