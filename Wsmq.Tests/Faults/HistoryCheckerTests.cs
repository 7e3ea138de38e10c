using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>What is lost, duplicated, unanswered or left over is found, and nothing else.</summary>
public sealed class HistoryCheckerTests : HistoryTest
{
    [Fact]
    public void AHistory_in_which_all_is_well_has_no_violation()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1, 2, 3);
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Receipted, Verdict.Delivered).Should().Be((3, 6));
    }

    [Fact]
    public void A_lost_message_is_found_for_each_device_that_misses_it()
    {
        Stored(1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1);
        Verdict.Lost.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("lost").And.Contain("m2");
    }

    [Fact]
    public void A_message_that_got_no_receipt_may_be_lost()
    {
        Begun(1);
        History.Add(new HistoryEvent { Kind = EventKind.Failed, Id = "m1", Why = "outcome-unknown" });
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_send_without_an_outcome_is_found()
    {
        Begun(1);
        Verdict.Leaks.Should().Be(1);
    }

    [Fact]
    public void A_message_whose_handler_only_threw_is_lost()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Verdict.Lost.Should().Be(1);
    }

    [Fact]
    public void Our_client_may_give_a_message_again_after_the_handler_threw()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Delivered(Ours, 0, 1, 2);
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void Our_client_must_not_give_a_handled_message_again()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Ours, 1, 2);
        Verdict.Duplicated.Should().Be(1);
        Verdict.Violations.Should().HaveCount(1);
    }

    [Fact]
    public void A_plain_client_may_get_a_message_again_after_a_reconnect_only()
    {
        Stored(1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Plain, 2, 1, 2);
        Verdict.Violations.Should().BeEmpty();
        Delivered(Plain, 2, 2);
        Verdict.Duplicated.Should().Be(1);
    }

    [Fact]
    public void A_message_stored_twice_is_found()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = Queue, Id = "m1", Position = At(2), Previous = At(1) });
        Verdict.Duplicated.Should().Be(1);
    }

    [Fact]
    public void A_delivery_at_another_place_than_its_receipt_says_is_found()
    {
        Begun(1);
        History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m1", Position = At(2) });
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        Verdict.Duplicated.Should().Be(2);
    }

    [Fact]
    public void What_is_left_over_and_messages_for_others_are_found()
    {
        History.Add(new HistoryEvent { Kind = EventKind.Leak, Id = "node1", Why = "3 feeds" });
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = "user:carol", Id = "x", Position = At(1), Previous = At(0) });
        (Verdict.Leaks, Verdict.Duplicated).Should().Be((1, 1));
    }

    [Fact]
    public void AHistory_survives_its_file()
    {
        var happened = new HistoryEvent { Kind = EventKind.Gap, Time = 1.5, Device = Plain, Connection = 2, Address = Queue, After = At(1), Before = At(3), Why = "lost" };
        HistoryEvent.Parse(happened.ToLine()).Should().Be(happened);
    }
}
