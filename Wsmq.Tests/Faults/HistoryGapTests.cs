using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Gaps that were announced and gaps that were not; what a failover may lose, and what it may not.</summary>
public sealed class HistoryGapTests : HistoryTest
{
    [Theory]
    [InlineData(Ours)]
    [InlineData(Plain)]
    public void A_silent_gap_is_found(string device)
    {
        Stored(1, 3);
        Delivered(device == Ours ? Plain : Ours, 1, 1, 3);
        Deliver(device, 1, 1, 0);
        Deliver(device, 1, 3, 2);
        Verdict.GapsSilent.Should().Be(1);
        Verdict.Lost.Should().Be(0);
    }

    [Fact]
    public void A_connection_that_begins_beyond_all_that_the_device_got_is_a_silent_gap()
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
    public void A_gap_whose_reason_cannot_be_is_a_loss(string reason)
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 1, 3, reason);
        Deliver(Plain, 1, 3, 2);
        Verdict.Lost.Should().Be(1);
    }

    [Fact]
    public void A_gap_covers_nothing_beside_it()
    {
        Stored(1, 2, 3, 4);
        Delivered(Ours, 0, 1, 2, 3, 4);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 1, 3, WsmqGapReasons.Retention);
        Deliver(Plain, 1, 4, 3);
        (Verdict.Lost, Verdict.GapsSilent).Should().Be((1, 1));
    }

    [Fact]
    public void A_gap_that_begins_beyond_what_was_delivered_hides_something()
    {
        Stored(1, 2, 3, 4);
        Delivered(Ours, 0, 1, 2, 3, 4);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 2, 4, WsmqGapReasons.Retention);
        Verdict.GapsSilent.Should().Be(1);
        Verdict.Lost.Should().Be(2);
    }

    [Fact]
    public void A_tail_that_a_failover_lost_counts_apart_and_nothing_else_does()
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

        (Verdict.FailoverLost, Verdict.Lost).Should().Be((2, 2), "2 was in the tail; 1 and 3 were not, and each misses at one device");
    }

    [Theory]
    [InlineData("replica", 0)]
    [InlineData("receipts", 1)]
    public void Where_receipts_wait_for_the_replica_a_failover_loses_nothing_that_has_one(string store, int lost)
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
