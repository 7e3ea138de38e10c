using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Live pushes: a wrong recipient and a repetition are violations, a missed push is only counted.</summary>
public sealed class HistoryLiveTests : HistoryTest
{
    [Theory]
    [InlineData(EventKind.Everybody)]
    [InlineData(Queue)]
    public void A_push_delivered_once_to_each_intended_device_is_no_violation(string to)
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
    public void A_push_delivered_to_another_recipient_is_reported(string to)
    {
        Connected(Ours, Plain);
        Push("l1", to);
        Pushed("l1", Ours);
        Verdict.LiveWrong.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("live push to the wrong one").And.Contain(to);
    }

    [Fact]
    public void A_delivered_push_that_was_never_sent_is_reported()
    {
        Pushed("l1", Ours);
        Verdict.LiveWrong.Should().Be(1);
    }

    [Fact]
    public void A_push_delivered_twice_is_reported_for_each_device()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        Pushed("l1", Ours, Plain, Ours, Plain);
        Verdict.LiveTwice.Should().Be(2);
        Verdict.Violations.Should().HaveCount(2);
    }

    [Fact]
    public void A_push_repeated_over_another_connection_is_counted_separately()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        Pushed("l1", Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.State, Device = Ours, Why = "Reconnecting" });
        Connected(Ours);
        Pushed("l1", Ours, Plain);
        (Verdict.LiveTwice, Verdict.LiveAgain).Should().Be((1, 1));
    }

    [Fact]
    public void A_push_repeated_during_a_failover_is_counted_separately()
    {
        Connected(Ours, Plain);
        Push("l1", Queue);
        Pushed("l1", Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Pushed("l1", Ours);
        (Verdict.LiveTwice, Verdict.LiveAgain).Should().Be((0, 1));
    }

    [Fact]
    public void A_push_repeated_long_after_a_failover_is_reported()
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
    public void An_undelivered_push_counts_as_missed_for_each_connected_device()
    {
        Connected(Ours, Plain);
        History.Add(new HistoryEvent { Kind = EventKind.State, Device = Plain, Why = "Lost" });
        Push("l1", Queue);
        Push("l2", Queue);
        Pushed("l2", Plain);
        Verdict.Violations.Should().BeEmpty();
        Verdict.LiveMissed.Should().Be(2, "the wsmq client misses both; the plain client was disconnected");
    }

    [Fact]
    public void A_failed_push_does_not_count_as_missed()
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
