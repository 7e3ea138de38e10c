using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Announced and silent gaps, and the messages that a failover may or may not lose.</summary>
public sealed class HistoryGapTests : HistoryTest
{
    [Theory]
    [InlineData(Ours)]
    [InlineData(Plain)]
    public void A_silent_gap_is_reported(string device)
    {
        Stored(1, 3);
        Delivered(device == Ours ? Plain : Ours, 1, 1, 3);
        Deliver(device, 1, 1, 0);
        Deliver(device, 1, 3, 2);
        Verdict.GapsSilent.Should().Be(1);
        Verdict.Lost.Should().Be(0);
    }

    [Fact]
    public void A_connection_that_starts_after_the_last_position_of_the_device_is_a_silent_gap()
    {
        Stored(1, 3);
        Delivered(Ours, 0, 1, 3);
        Deliver(Plain, 1, 1, 0);
        Deliver(Plain, 2, 3, 2);
        Verdict.GapsSilent.Should().Be(1);
    }

    [Fact]
    public void An_announced_gap_is_neither_silent_nor_a_loss()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 1, 3, WsmqGapReasons.Retention);
        Deliver(Plain, 1, 3, 2);
        Verdict.Violations.Should().BeEmpty();
        Verdict.GapsAnnounced.Should().Be(1);
    }

    [Theory]
    [InlineData(WsmqGapReasons.Lost)]
    [InlineData(WsmqGapReasons.Consumed)]
    [InlineData(WsmqGapReasons.NotMember)]
    public void A_gap_with_an_impossible_reason_counts_as_a_loss(string reason)
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 1, 3, reason);
        Deliver(Plain, 1, 3, 2);
        Verdict.Lost.Should().Be(1);
    }

    [Fact]
    public void A_gap_covers_no_messages_outside_its_bounds()
    {
        Stored(1, 2, 3, 4);
        Delivered(Ours, 0, 1, 2, 3, 4);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 1, 3, WsmqGapReasons.Retention);
        Deliver(Plain, 1, 4, 3);
        (Verdict.Lost, Verdict.GapsSilent).Should().Be((1, 1));
    }

    [Fact]
    public void A_gap_that_starts_after_the_last_delivered_position_is_a_silent_gap()
    {
        Stored(1, 2, 3, 4);
        Delivered(Ours, 0, 1, 2, 3, 4);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 2, 4, WsmqGapReasons.Retention);
        Verdict.GapsSilent.Should().Be(1);
        Verdict.Lost.Should().Be(2);
    }

    [Fact]
    public void Only_messages_of_the_tail_at_risk_count_as_lost_by_the_failover()
    {
        Stored(1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Stored(2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Stored(3);
        foreach (var (device, missing) in new[] { (Ours, 1), (Plain, 3) })
        {
            foreach (var number in new[] { 1, 3 }.Where(n => n != missing))
                Deliver(device, 1, number, number - 1 == missing ? 0 : number == 3 ? 1 : 0);
        }

        (Verdict.FailoverLost, Verdict.Lost).Should().Be((2, 2), "2 was in the tail at risk; 1 and 3 were not, and each is missing on one device");
    }

    [Theory]
    [InlineData("replica", 0)]
    [InlineData("receipts", 1)]
    public void A_failover_may_lose_receipted_messages_only_if_receipts_do_not_wait_for_the_replica(string store, int lost)
    {
        History.Add(new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Stored(1, 2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Gap(Ours, 1, 0, 2, WsmqGapReasons.Lost);
        Delivered(Ours, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Lost.Should().Be(lost);
    }
}
