using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The checker reports lost and duplicated messages, sends without an outcome and leaks, and nothing else.</summary>
public sealed class HistoryCheckerTests : HistoryTest
{
    [Fact]
    public void A_history_of_stored_and_delivered_messages_has_no_violation()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1, 2, 3);
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Receipted, Verdict.Delivered).Should().Be((3, 6));
    }

    [Fact]
    public void A_lost_message_is_reported_for_each_device_that_did_not_receive_it()
    {
        Stored(1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1);
        Verdict.Lost.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("lost").And.Contain("m2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_whose_receipt_has_no_position_is_where_a_device_received_it(bool isDelivered)
    {
        Begun(1, 2, 3);
        Receipted(1);
        History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m2", Position = string.Empty, Why = "duplicate" });
        Receipted(3);
        foreach (var device in new[] { Ours, Plain })
        {
            if (isDelivered)
                Delivered(device, 0, 1, 2, 3);
            else
                Delivered(device, 0, 1, 3);
        }

        Verdict.Receipted.Should().Be(3);
        Verdict.Lost.Should().Be(isDelivered ? 0 : 2);
        Verdict.Violations.Should().HaveCount(isDelivered ? 0 : 2);
    }

    [Fact]
    public void A_repeat_without_a_position_that_is_stored_after_later_ones_is_reported()
    {
        Begun(1, 2);
        History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m1", Position = string.Empty, Why = "duplicate" });
        History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m2", Position = At(2) });
        foreach (var device in new[] { Ours, Plain })
        {
            Deliver(device, 0, 2, 0);
            History.Add(new HistoryEvent
            {
                Kind = EventKind.Deliver, Device = device, Connection = 0, Address = Queue, Id = "m1", Position = At(3), Previous = At(2),
            });
        }

        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_message_without_a_receipt_may_be_lost()
    {
        Begun(1);
        History.Add(new HistoryEvent { Kind = EventKind.Failed, Id = "m1", Why = "outcome-unknown" });
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_send_without_an_outcome_is_reported()
    {
        Begun(1);
        Verdict.Leaks.Should().Be(1);
    }

    [Fact]
    public void A_message_whose_handler_never_returned_counts_as_lost()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Verdict.Lost.Should().Be(1);
    }

    [Fact]
    public void The_wsmq_client_may_redeliver_a_message_after_its_handler_threw()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Delivered(Ours, 0, 1, 2);
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void The_wsmq_client_must_not_redeliver_a_handled_message()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Ours, 1, 2);
        Verdict.Duplicated.Should().Be(1);
        Verdict.Violations.Should().HaveCount(1);
    }

    [Fact]
    public void A_plain_client_may_receive_a_message_again_only_after_a_reconnect()
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
    public void A_message_stored_twice_is_reported()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = Queue, Id = "m1", Position = At(2), Previous = At(1) });
        Verdict.Duplicated.Should().Be(1);
    }

    [Fact]
    public void A_delivery_at_a_position_other_than_that_of_its_receipt_is_reported()
    {
        Begun(1);
        History.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m1", Position = At(2) });
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        Verdict.Duplicated.Should().Be(2);
    }

    [Fact]
    public void Leaks_and_messages_for_other_users_are_reported()
    {
        History.Add(new HistoryEvent { Kind = EventKind.Leak, Id = "node1", Why = "3 feeds" });
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = "user:carol", Id = "x", Position = At(1), Previous = At(0) });
        (Verdict.Leaks, Verdict.Duplicated).Should().Be((1, 1));
    }

    [Fact]
    public void A_history_event_round_trips_through_its_line_in_the_file()
    {
        var happened = new HistoryEvent { Kind = EventKind.Gap, Time = 1.5, Device = Plain, Connection = 2, Address = Queue, After = At(1), Before = At(3), Why = "lost" };
        HistoryEvent.Parse(happened.ToLine()).Should().Be(happened);
    }
}
