using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>The sequence of one producer to one address: its places, and what was told of each attempt.</summary>
internal sealed class SequenceRecord(string name)
{
    // Of so many numbers, counted from the last one down, the store keeps the positions.
    private const int KeptPositions = 8;

    private readonly SortedDictionary<(long Epoch, long Number), PlaceRecord> _places = [];
    private readonly Dictionary<string, long> _processedBefore = new(StringComparer.Ordinal);
    private readonly List<Answer> _answers = [];
    private readonly Dictionary<long, (long Tried, long Processed)> _highest = [];

    /// <summary>An attempt begins.</summary>
    public void Try(HistoryEvent tried)
    {
        var epoch = tried.Epoch!.Value;
        var (highest, processed) = _highest.GetValueOrDefault(epoch);
        _highest[epoch] = (Math.Max(highest, tried.Number!.Value), processed);
        _processedBefore[tried.Run!] = processed;
        PlaceOf(epoch, tried.Number.Value).Tried.Add(tried.Id!);
    }

    /// <summary>An attempt was answered.</summary>
    public void Tell(HistoryEvent told)
    {
        var (epoch, number) = (told.Epoch!.Value, told.Number!.Value);
        var place = PlaceOf(epoch, number);
        var (highest, processed) = _highest[epoch];
        _answers.Add(new Answer(told, _processedBefore[told.Run!], highest, place.Tried.Count, _highest.Keys.Max())
        {
            IsNext = number == 1 || PlaceOf(epoch, number - 1).Tried.Count > 0,
        });
        if (told.Why is PlaceAnswer.Stored or PlaceAnswer.Duplicate)
            Store(place, told.Id!, told.Position);
        else if (told.Why is not (PlaceAnswer.Open or PlaceAnswer.Skips or PlaceAnswer.Fenced or PlaceAnswer.Taken or PlaceAnswer.TooLow))
            place.Refusals.Add(told.Why!);
        if (place.IsProcessed)
            _highest[epoch] = (highest, Math.Max(processed, number));
    }

    /// <summary>A device got a message of the sequence.</summary>
    public void Deliver(SendRecord send, string position) => Store(PlaceOf(send.Epoch, send.Number), send.Id, position);

    public void Check(SendRecords sends, Failovers failovers, Verdict verdict)
    {
        foreach (var answer in _answers)
            Check(answer, sends, failovers, verdict);
        PlaceRecord? last = null;
        foreach (var place in _places.Values)
        {
            if (place.Defect is { } defect && !MayBe(failovers.MayHaveStoredTwice, place, sends))
                verdict.AddSequenceWrong($"{NameOf(place)} {defect}");
            if (place.Positions.Count == 0)
                continue;
            if (last is not null && string.CompareOrdinal(place.Positions.Min, last.Positions.Max) <= 0 && !MayBe(failovers.MayHaveStoredTwice, last, sends))
                verdict.AddSequenceWrong($"{NameOf(place)} is at {place.Positions.Min}, but {NameOf(last)} is at {last.Positions.Max}");
            last = place;
        }

        // After what was lost it goes on under a higher epoch.
        if (_answers.FindLast(a => a.Told.Why != PlaceAnswer.Open) is { Told: { } end } && !_places.Values.Any(p => p.Epoch == end.Epoch && p.IsProcessed))
            verdict.AddSequenceWrong(FormattableString.Invariant($"{name} does not go on under the epoch {end.Epoch}: {end.Why}"));
    }

    private static void Store(PlaceRecord place, string id, string? position)
    {
        place.Stored.Add(id);
        if (!string.IsNullOrEmpty(position))
            place.Positions.Add(position);
    }

    private static bool MayBe(Func<SendRecord, bool> excused, PlaceRecord place, SendRecords sends) =>
        place.Tried.Any(id => sends.Find(id) is { } send && excused(send));

    private void Check(Answer answer, SendRecords sends, Failovers failovers, Verdict verdict)
    {
        var told = answer.Told;
        var what = $"{name} {told.Epoch}-{told.Number}: the answer to {told.Id}";
        switch (told.Why)
        {
            case PlaceAnswer.Stored or PlaceAnswer.Duplicate:
                verdict.SequenceRepeats += told.Why == PlaceAnswer.Duplicate ? 1 : 0;
                if (!answer.IsNext)
                    verdict.AddSequenceWrong($"{what} says that it is stored, but the number before it was not sent");
                if (string.IsNullOrEmpty(told.Position) && told.Number > answer.HighestTried - KeptPositions)
                    verdict.AddSequenceWrong($"{what} names no position");
                break;
            case PlaceAnswer.Fenced when answer.HighestEpoch <= told.Epoch:
                verdict.AddSequenceWrong($"{what} says that a higher epoch has sent");
                break;
            case PlaceAnswer.Taken when answer.MessagesTried < 2:
                verdict.AddSequenceWrong($"{what} says that another message has the number");
                break;
            case PlaceAnswer.TooLow:
                verdict.AddSequenceWrong($"{what} says that the number is too low");
                break;
            case PlaceAnswer.Skips when told.Known >= told.Number - 1 || told.Known > answer.HighestTried:
                verdict.AddSequenceWrong($"{what} says that the last number known is {told.Known}");
                break;
            case PlaceAnswer.Skips:
                CheckKnown(answer, what, sends, failovers, verdict);
                break;
        }
    }

    // What was processed before the attempt began is known, unless a failover has lost it.
    private void CheckKnown(Answer answer, string what, SendRecords sends, Failovers failovers, Verdict verdict)
    {
        for (var number = answer.Told.Known!.Value + 1; number <= answer.ProcessedBefore; number++)
        {
            var place = PlaceOf(answer.Told.Epoch!.Value, number);
            if (!place.IsProcessed)
                continue;
            if (MayBe(failovers.MayHaveLost, place, sends))
                verdict.SequencesRolledBack++;
            else
                verdict.AddSequenceWrong($"{what} says that the last number known is {answer.Told.Known}, but {number} was processed");
        }
    }

    private string NameOf(PlaceRecord place) => FormattableString.Invariant($"{name} {place.Epoch}-{place.Number}");

    private PlaceRecord PlaceOf(long epoch, long number) =>
        _places.TryGetValue((epoch, number), out var place) ? place : _places[(epoch, number)] = new PlaceRecord(epoch, number);

    /// <param name="Told">The answer.</param>
    /// <param name="ProcessedBefore">The highest number of the epoch of which the outcome was known when the attempt began.</param>
    /// <param name="HighestTried">The highest number of the epoch that had been sent when the answer came.</param>
    /// <param name="MessagesTried">How many messages had been sent with its place.</param>
    /// <param name="HighestEpoch">The highest epoch that had been sent.</param>
    private sealed record Answer(HistoryEvent Told, long ProcessedBefore, long HighestTried, int MessagesTried, long HighestEpoch)
    {
        /// <summary>Whether the number before it had been sent.</summary>
        public required bool IsNext { get; init; }
    }
}
