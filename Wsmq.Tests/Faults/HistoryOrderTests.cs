using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Order: of what a device gets, and of what a sender sends.</summary>
public sealed class HistoryOrderTests : HistoryTest
{
    [Theory]
    [InlineData(Ours)]
    [InlineData(Plain)]
    public void A_reorder_is_found(string device)
    {
        Stored(1, 2, 3);
        Delivered(device == Ours ? Plain : Ours, 1, 1, 2, 3);
        Deliver(device, 1, 1, 0);
        Deliver(device, 1, 3, 1);
        Deliver(device, 1, 2, 1);
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_message_that_comes_for_the_first_time_behind_later_ones_of_an_earlier_connection_is_reordered()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Deliver(Plain, 1, 1, 0);
        Deliver(Plain, 1, 3, 1);
        Delivered(Plain, 2, 2, 3);
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_position_that_is_used_twice_is_found()
    {
        Stored(1);
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        History.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Plain, Connection = 2, Address = Queue, Id = "other", Position = At(1), Previous = At(0) });
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void A_sender_whose_messages_change_places_is_found_except_where_one_was_refused_and_repeated()
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
    public void Who_has_a_receipt_before_another_begins_stands_before_it()
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
