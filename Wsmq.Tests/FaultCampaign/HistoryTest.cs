using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Hand-written histories: the checker reports each violation of the guarantees, and nothing that they allow.</summary>
public abstract class HistoryTest
{
    private protected const string Ours = "bob/ours";
    private protected const string Plain = "bob/plain";
    private protected const string Queue = "user:bob";

    private readonly List<HistoryEvent> _history = [Device(Ours, EventKind.Ours), Device(Plain, EventKind.Plain)];

    private protected List<HistoryEvent> History => _history;

    private protected Verdict Verdict => HistoryChecker.Check(_history);

    private protected static HistoryEvent Device(string name, string kind) => new() { Kind = EventKind.Device, Device = name, Why = kind, Reads = [Queue] };

    private protected static string At(int number) => $"{number:D16}";

    private protected void Stored(params int[] numbers)
    {
        Begun(numbers);
        Receipted(numbers);
    }

    private protected void Begun(params int[] numbers) =>
        _history.AddRange(numbers.Select(n => new HistoryEvent { Kind = EventKind.Send, Device = "alice/ours", Address = Queue, Id = $"m{n}" }));

    private protected void Receipted(params int[] numbers) =>
        _history.AddRange(numbers.Select(n => new HistoryEvent { Kind = EventKind.Receipt, Id = $"m{n}", Position = At(n) }));

    private protected void Delivered(string device, int connection, params int[] numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            Deliver(device, connection, numbers[i], i == 0 ? 0 : numbers[i - 1]);
    }

    private protected void Deliver(string device, int connection, int number, int previous) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Deliver, Device = device, Connection = connection, Address = Queue, Id = $"m{number}", Position = At(number), Previous = At(previous),
    });

    private protected void Threw(string device, int connection, int number) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Threw, Device = device, Connection = connection, Address = Queue, Id = $"m{number}", Position = At(number),
    });

    private protected void Gap(string device, int connection, int after, int before, string reason) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Gap, Device = device, Connection = connection, Address = Queue, After = At(after), Before = At(before), Why = reason,
    });
}
