using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Messages that are not for every device: because of a filter, or because another device has handled them.</summary>
public sealed class HistorySkipTests : HistoryTest
{
    public HistorySkipTests() => History[0] = History[0] with { Filtered = Queue };

    [Fact]
    public void What_a_filter_leaves_out_is_neither_lost_nor_a_silent_gap()
    {
        Sent(1);
        Sent(2, type: "other");
        Sent(3);
        Deliver(Ours, 0, 1, 0);
        Deliver(Ours, 0, 3, 2);
        Delivered(Plain, 1, 1, 2, 3);
        Verdict.Violations.Should().BeEmpty();
        Verdict.Skipped.Should().Be(1);
    }

    [Fact]
    public void What_arrives_in_spite_of_a_filter_and_what_is_missing_although_it_is_not_left_out_are_reported()
    {
        Sent(1, type: "other");
        Sent(2);
        Sent(3, type: "other");
        Sent(4);
        Deliver(Ours, 0, 1, 0);
        Deliver(Ours, 0, 4, 3);
        Delivered(Plain, 1, 1, 2, 3, 4);
        (Verdict.SkipsWrong, Verdict.Lost, Verdict.GapsSilent).Should().Be((1, 1, 1));
    }

    [Fact]
    public void One_device_is_enough_for_a_message_for_any()
    {
        Sent(1);
        Sent(2, any: true);
        Sent(3);
        Delivered(Plain, 1, 1, 2, 3);
        Deliver(Ours, 0, 1, 0);
        Deliver(Ours, 0, 3, 2);
        Verdict.Violations.Should().BeEmpty();
        Verdict.Skipped.Should().Be(1);
    }

    [Fact]
    public void A_message_for_any_device_that_none_has_handled_is_lost_and_its_place_a_silent_gap()
    {
        Sent(1);
        Sent(2, any: true);
        Sent(3);
        Deliver(Ours, 0, 1, 0);
        Deliver(Ours, 0, 3, 2);
        Deliver(Plain, 1, 1, 0);
        Deliver(Plain, 1, 3, 1);
        (Verdict.Lost, Verdict.GapsSilent).Should().Be((2, 1));
    }

    private void Sent(int number, string? type = null, bool? any = null)
    {
        Begun(number);
        History[^1] = History[^1] with { Type = type, AnyDevice = any };
        Receipted(number);
    }
}
