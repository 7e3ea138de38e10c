using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Live pushes: to whom they come and how often is judged, and that one does not come is counted.</summary>
public sealed class HistoryLiveTests : HistoryTest
{
    [Theory]
    [InlineData(EventKind.Everybody)]
    [InlineData(Queue)]
    public void A_push_that_comes_once_to_those_whom_it_is_for_is_right(string to)
    {
        Connected(Ours, Plain);
        Push("l1", to);
        Pushed("l1", Ours, Plain);
        Verdict.Violations.Should().BeEmpty();
        (Verdict.LivePushes, Verdict.LiveDelivered, Verdict.LiveMissed).Should().Be((1, 2, 0));
    }

    [Theory]
    [InlineData("user:carol")]
    [InlineData("group:others")]
    public void A_push_that_comes_to_somebody_else_is_found(string to)
    {
        Connected(Ours, Plain);
        Push("l1", to);
        Pushed("l1", Ours);
        Verdict.LiveWrong.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("live push to the wrong one").And.Contain(to);
    }

    [Fact]
    public void A_push_that_nobody_made_is_found()
    {
        Pushed("l1", Ours);
        Verdict.LiveWrong.Should().Be(1);
    }

    [Fact]
    public void A_push_that_comes_twice_is_found_for_each_device()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        Pushed("l1", Ours, Plain, Ours, Plain);
        Verdict.LiveTwice.Should().Be(2);
        Verdict.Violations.Should().HaveCount(2);
    }

    [Fact]
    public void A_push_that_comes_again_after_a_failover_counts_apart()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        Pushed("l1", Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Pushed("l1", Ours);
        (Verdict.LiveTwice, Verdict.LiveAgain).Should().Be((0, 1));
    }

    [Fact]
    public void One_that_comes_again_long_after_a_failover_is_found()
    {
        Connected(Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk, Time = 1 });
        History.Add(new HistoryEvent { Kind = EventKind.Promoted, Time = 10 });
        Push("l1", Queue);
        History.Add(new HistoryEvent { Kind = EventKind.Pushed, Device = Ours, Id = "l1", Time = 11 });
        History.Add(new HistoryEvent { Kind = EventKind.Pushed, Device = Ours, Id = "l1", Time = 12 });
        Push("l2", Queue);
        History.Add(new HistoryEvent { Kind = EventKind.Pushed, Device = Ours, Id = "l2", Time = 40 });
        History.Add(new HistoryEvent { Kind = EventKind.Pushed, Device = Ours, Id = "l2", Time = 41 });
        (Verdict.LiveTwice, Verdict.LiveAgain).Should().Be((1, 1));
    }

    [Fact]
    public void A_push_that_does_not_come_is_missed_by_devices_that_were_connected()
    {
        Connected(Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.State, Device = Plain, Why = "Lost" });
        Push("l1", Queue);
        Push("l2", Queue);
        Pushed("l2", Plain);
        Verdict.Violations.Should().BeEmpty();
        Verdict.LiveMissed.Should().Be(2, "ours misses both; the other one was away");
    }

    [Fact]
    public void A_push_that_failed_is_missed_by_nobody()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        History.Add(new HistoryEvent { Kind = EventKind.Push, Id = "l1", Why = "InternalServerError" });
        Verdict.LiveMissed.Should().Be(0);
    }

    private void Connected(params string[] devices) =>
        History.AddRange(devices.Select(d => new HistoryEvent { Kind = EventKind.State, Device = d, Why = EventKind.Connected }));

    private void Push(string id, string to) => History.Add(new HistoryEvent { Kind = EventKind.Push, Id = id, Address = to });

    private void Pushed(string id, params string[] devices) =>
        History.AddRange(devices.Select(d => new HistoryEvent { Kind = EventKind.Pushed, Device = d, Id = id }));
}
