using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The order of deliveries to a device, and of the messages of a sender.</summary>
public sealed class HistoryOrderTests : HistoryTest
{
    [Theory]
    [InlineData(Ours)]
    [InlineData(Plain)]
    public void Deliveries_out_of_order_are_reported(string device)
    {
        Stored(1, 2, 3);
        Delivered(device == Ours ? Plain : Ours, 1, 1, 2, 3);
        Deliver(device, 1, 1, 0);
        Deliver(device, 1, 3, 1);
        Deliver(device, 1, 2, 1);
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_message_first_delivered_after_later_ones_of_an_earlier_connection_is_reordered()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Deliver(Plain, 1, 1, 0);
        Deliver(Plain, 1, 3, 1);
        Delivered(Plain, 2, 2, 3);
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_position_used_by_two_messages_is_reported()
    {
        Stored(1);
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Plain, Connection = 2, Address = Queue, Id = "other", Position = At(1), Previous = At(0) });
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void Messages_of_one_sender_stored_out_of_order_are_reported_unless_a_send_was_refused_and_repeated()
    {
        Begun(2, 1);
        Receipted(2, 1);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Reordered.Should().Be(1);
        History.Insert(3, new HistoryEvent { Kind = EventKind.Repeated, Device = "alice/ours", Address = Queue });
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_job_with_a_unique_id_may_be_stored_after_later_ones()
    {
        History.Add(new HistoryEvent { Kind = EventKind.Send, Device = "alice/ours", Address = Queue, Id = "m2", UniqueId = "u" });
        Begun(1);
        Receipted(2, 1);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_message_receipted_before_another_send_begins_must_be_stored_before_it()
    {
        Begun(2);
        Receipted(2);
        History.Add(new HistoryEvent { Kind = EventKind.Send, Device = "carol/ours", Address = Queue, Id = "m1" });
        Receipted(1);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Reordered.Should().Be(1);
    }
}
