using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Sequences: each place has one message at one position, in the order of the numbers and without one that is missing; a number that was refused
/// stays refused; and what the server says of a sequence is what it said before.
/// </summary>
internal sealed class SequenceRecords
{
    private readonly Dictionary<(string Sender, string To, string Producer), SequenceRecord> _sequences = [];

    public void Take(HistoryEvent happened)
    {
        var sequence = Of(happened.Device!, happened.Address!, happened.Producer!);
        if (happened.Kind == EventKind.PlaceTried)
            sequence.Try(happened);
        else
            sequence.Tell(happened);
    }

    /// <summary>A device got a message. A send is before its deliveries.</summary>
    public void Delivered(HistoryEvent delivery, SendRecord? send)
    {
        if (send?.Producer is { } producer)
            Of(send.Sender, send.To, producer).Deliver(send, delivery.Position!);
    }

    public void Check(SendRecords sends, Failovers failovers, Verdict verdict)
    {
        verdict.Sequenced = sends.All.Count(s => s.Producer is not null && s.Position is not null);
        foreach (var sequence in _sequences.Values)
            sequence.Check(sends, failovers, verdict);
    }

    private SequenceRecord Of(string sender, string to, string producer) => _sequences.TryGetValue((sender, to, producer), out var sequence)
        ? sequence
        : _sequences[(sender, to, producer)] = new SequenceRecord($"{producer} to {to}");
}
