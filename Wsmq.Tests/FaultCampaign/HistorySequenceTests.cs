using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Messages that have places in a sequence, and what their senders are told.</summary>
public sealed class HistorySequenceTests : HistoryTest
{
    private const string Sender = "alice/sequences";
    private int _attempts;

    [Fact]
    public void A_sequence_with_repeats_a_refusal_a_skip_and_a_higher_epoch_is_no_violation()
    {
        Sent("a", 1, 1, at: 1);
        Sent("b", 1, 2, PlaceAnswer.Open);
        Told("b", 1, 2, PlaceAnswer.Stored, 2);
        Told("a", 1, 1, PlaceAnswer.Duplicate, 1);
        Sent("c", 1, 3, "position-conflict");
        Told("c", 1, 3, "position-conflict");
        Told("skip", 1, 5, PlaceAnswer.Skips, known: 3);
        Sent("d", 1, 4, at: 4);
        Sent("copy", 2, 1, at: 5);
        Told("d", 1, 4, PlaceAnswer.Fenced);
        Reported().Should().BeEmpty();
        (Verdict.Sequenced, Verdict.SequenceRepeats).Should().Be((3, 1));
    }

    [Fact]
    public void A_repeat_that_is_stored_at_another_position_is_reported()
    {
        Sent("a", 1, 1, at: 1);
        Told("a", 1, 1, PlaceAnswer.Stored, 2);
        Reported().Should().ContainSingle().Which.Should().Contain("is stored at 0000000000000001 and 0000000000000002");
    }

    [Fact]
    public void Two_messages_under_one_number_are_reported_also_if_only_their_deliveries_show_it()
    {
        Sent("a", 1, 1, at: 1);
        Sent("b", 1, 1, PlaceAnswer.Open);
        DeliverTo(Ours, "b", 2);
        Reported().Should().ContainSingle().Which.Should().Contain("has the messages");
    }

    [Fact]
    public void A_copy_that_is_told_that_its_number_is_taken_is_no_violation_and_without_a_copy_it_is_one()
    {
        Sent("a", 1, 1, at: 1);
        Sent("b", 1, 1, PlaceAnswer.Taken);
        Reported().Should().BeEmpty();
        Sent("c", 1, 2, PlaceAnswer.Taken);
        Reported().Should().ContainSingle().Which.Should().Contain("another message has the number");
    }

    [Fact]
    public void A_number_that_is_stored_before_a_lower_one_is_reported()
    {
        Sent("a", 1, 1, at: 2);
        Sent("b", 1, 2, at: 1);
        Reported().Should().ContainSingle().Which.Should().Contain("1-2 is at");
    }

    [Fact]
    public void A_number_that_is_stored_although_it_skips_one_is_reported()
    {
        Sent("a", 1, 1, at: 1);
        Told("skip", 1, 3, PlaceAnswer.Stored, 2);
        Reported().Should().ContainSingle().Which.Should().Contain("the number before it was not sent");
    }

    [Fact]
    public void What_a_lower_epoch_stores_after_a_higher_one_is_reported()
    {
        Sent("a", 1, 1, at: 1);
        Sent("copy", 2, 1, at: 2);
        Sent("b", 1, 2, at: 3);
        Reported().Should().ContainSingle().Which.Should().Contain("2-1 is at");
    }

    [Fact]
    public void A_refused_number_stays_refused_with_the_same_error()
    {
        Sent("a", 1, 1, "position-conflict");
        Told("a", 1, 1, PlaceAnswer.Stored, 1);
        Sent("b", 1, 2, "position-conflict");
        Told("b", 1, 2, "invalid-message");
        Reported().Should().HaveCount(2);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 1)]
    public void A_repeat_of_one_of_the_last_numbers_names_its_position(int number, int wrong)
    {
        for (var n = 1; n <= 16; n++)
            Sent($"a{n}", 1, n, at: n);
        Told($"a{number}", 1, number, PlaceAnswer.Duplicate);
        Reported().Should().HaveCount(wrong);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public void A_refusal_names_the_last_number_known(long known, int wrong)
    {
        Sent("a", 1, 1, at: 1);
        Sent("b", 1, 2, at: 2);
        Told("skip", 1, 4, PlaceAnswer.Skips, known: known);
        Reported().Should().HaveCount(wrong);
    }

    [Fact]
    public void What_was_answered_after_an_attempt_had_begun_need_not_be_known_to_it()
    {
        Sent("a", 1, 1, at: 1);
        Begin("b", 1, 2);
        var ofB = Try("b", 1, 2);
        Begin("c", 1, 3);
        var ofC = Try("c", 1, 3);
        Tell(ofB, PlaceAnswer.Stored, 2);
        Tell(ofC, PlaceAnswer.Skips, known: 1);
        Told("c", 1, 3, PlaceAnswer.Stored, 3);
        Reported().Should().BeEmpty();
    }

    [Theory]
    [InlineData("replica", 0, 1)]
    [InlineData("receipts", 1, 0)]
    public void A_failover_may_lose_the_last_numbers_and_the_producer_goes_on(string store, int wrong, int rolledBack)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        Sent("a", 1, 1, at: 1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Sent("b", 1, 2, at: 2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Sent("c", 1, 3, PlaceAnswer.Skips, known: 1);
        Sent("d", 2, 1, at: 3);
        Reported().Should().HaveCount(wrong);
        Verdict.SequencesRolledBack.Should().Be(rolledBack);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void What_readers_got_from_a_lost_tail_may_be_stored_again_if_its_sender_had_no_receipt(bool hadReceipt, int wrong)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = "receipts" });
        Sent("a", 1, 1, at: 1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Begin("b", 1, 2);
        var first = Try("b", 1, 2);
        DeliverTo(Ours, "b", 2);
        if (hadReceipt)
            Receipted(2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Tell(first, PlaceAnswer.Stored, 3);
        if (!hadReceipt)
            Receipted(3);
        Reported().Should().HaveCount(wrong);

        void Receipted(int at) => History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "b", Position = At(at) });
    }

    [Fact]
    public void A_producer_that_does_not_go_on_is_reported()
    {
        Sent("a", 1, 1, at: 1);
        Sent("b", 2, 1, PlaceAnswer.TooLow);
        Reported().Should().HaveCount(2).And.Contain(v => v.Contains("does not go on under the epoch 2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hub: OutOfSequence (the last number known is 16)", PlaceAnswer.Skips, 16L)]
    [InlineData("another one has the name of the producer: a higher epoch has sent", PlaceAnswer.Fenced, null)]
    [InlineData("another one has the name of the producer: another message has the number", PlaceAnswer.Taken, null)]
    [InlineData("the number is too low", PlaceAnswer.TooLow, null)]
    public void Answers_are_told_apart_by_their_text(string text, string what, long? known) =>
        PlaceAnswer.Of(WsmqErrors.OutOfSequence.Code, canRetry: false, text).Should().Be(new PlaceAnswer(what, Known: known));

    private IEnumerable<string> Reported() => Verdict.Violations.Where(v => v.StartsWith("sequence", StringComparison.Ordinal));

    private void Sent(string id, long epoch, long number, string what = PlaceAnswer.Stored, int? at = null, long? known = null)
    {
        Begin(id, epoch, number);
        Told(id, epoch, number, what, at, known);
        History.Add(at is { } position
            ? new HistoryEvent { Kind = EventKind.Receipt, Id = id, Position = At(position) }
            : new HistoryEvent { Kind = EventKind.Failed, Id = id, Why = what });
    }

    private void Begin(string id, long epoch, long number) => History.Add(Of(EventKind.Send, id, epoch, number));

    private void Told(string id, long epoch, long number, string what, int? at = null, long? known = null) => Tell(Try(id, epoch, number), what, at, known);

    private HistoryEvent Try(string id, long epoch, long number)
    {
        History.Add(Of(EventKind.PlaceTried, id, epoch, number) with { Run = $"{++_attempts}" });
        return History[^1];
    }

    private void Tell(HistoryEvent tried, string what, int? at = null, long? known = null) => History.Add(tried with
    {
        Kind = EventKind.PlaceTold, Why = what, Position = at is { } position ? At(position) : null, Known = known,
    });

    private void DeliverTo(string device, string id, int number) => History.Add(new HistoryEvent
    {
        Kind = EventKind.Deliver, Device = device, Address = Queue, Id = id, Position = At(number), Previous = At(0),
    });

    private static HistoryEvent Of(string kind, string id, long epoch, long number) => new()
    {
        Kind = kind, Device = Sender, Address = Queue, Id = id, Producer = "p", Epoch = epoch, Number = number,
    };
}
