using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The state that is stored at the end of a run.</summary>
public sealed class HistoryStateTests : HistoryTest
{
    [Fact]
    public void The_newest_message_of_each_key_is_no_violation()
    {
        Sent("a", 1);
        Sent("b", 2);
        Sent("a", 3);
        Kept("a", 3);
        Kept("b", 2);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void An_older_message_a_missing_one_and_a_foreign_one_count_as_lost()
    {
        Sent("a", 1);
        Sent("b", 2);
        Sent("a", 3);
        Sent("c", 4);
        Kept("a", 1);
        Kept("c", 4);
        Kept("d", 2);
        Read();
        (Verdict.Lost, Verdict.StateApart).Should().Be((3, 2));
        Verdict.Violations.Should().HaveCount(5).And.Contain(v => v.Contains("b of user:bob is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_message_without_a_receipt_may_be_the_state()
    {
        Sent("a", 1);
        Begun(2);
        History[^1] = History[^1] with { StateKey = "a" };
        History.Add(new HistoryEvent { Kind = EventKind.Failed, Id = "m2", Why = "store-unavailable" });
        Deliver(Ours, 0, 2, 1);
        Deliver(Plain, 1, 2, 1);
        Kept("a", 2);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Theory]
    [InlineData("replica", 0, 1)]
    [InlineData("receipts", 1, 0)]
    public void What_a_failover_may_lose_may_be_missing(string store, int lost, int failoverLost)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        Sent("a", 1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Sent("a", 2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Kept("a", 1);
        Read();
        (Verdict.Lost, Verdict.FailoverLost).Should().Be((lost, failoverLost));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0)]
    public void A_device_that_was_not_told_the_newest_message_after_a_gap_is_reported(int told, int apart)
    {
        Sent("a", 1);
        Begun(3);
        History[^1] = History[^1] with { StateKey = "a" };
        Receipted(3);
        History.Add(new HistoryEvent { Kind = EventKind.StateSeen, Device = Ours, Address = Queue, StateKey = "a", Id = $"m{told}", Position = At(told) });
        Gap(Ours, 0, 1, 4, WsmqGapReasons.Retention);
        Gap(Plain, 1, 1, 4, WsmqGapReasons.Retention);
        Kept("a", 3);
        Read();
        Verdict.StateApart.Should().Be(apart);
        Verdict.Violations.Should().HaveCount(apart);
    }

    [Fact]
    public void State_that_a_failover_has_lost_may_have_been_read()
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = "replica" });
        Sent("a", 1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Sent("a", 2);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Kept("a", 1);
        Read();
        Verdict.StateApart.Should().Be(0);
    }

    // Both devices receive them.
    private void Sent(string key, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            Begun(number);
            History[^1] = History[^1] with { StateKey = key };
            Receipted(number);
            Deliver(Ours, 0, number, number - 1);
            Deliver(Plain, 1, number, number - 1);
        }
    }

    private void Kept(string key, int number) =>
        History.Add(new HistoryEvent { Kind = EventKind.Kept, Address = Queue, StateKey = key, Id = $"m{number}", Position = At(number) });

    private void Read() => History.Add(new HistoryEvent { Kind = EventKind.StateRead, Address = Queue });
}
