using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>What senders are told of tracked messages.</summary>
public sealed class HistoryStatusTests : HistoryTest
{
    private const string Sender = "alice/ours";

    [Fact]
    public void States_of_what_devices_have_handled_are_no_violation()
    {
        Tracked(1);
        Told(1, "ours", "delivered");
        Handled(1);
        Told(1, "ours", "acknowledged");
        Read(1, "acknowledged", 2, ("ours", "acknowledged"), ("plain", "acknowledged"));
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Tracked, Verdict.TrackedAcknowledged, Verdict.StatusUnsure).Should().Be((1, 1, 0));
    }

    [Fact]
    public void An_acknowledgement_before_the_handler_has_succeeded_is_reported()
    {
        Tracked(1);
        Told(1, "ours", "acknowledged");
        Handled(1);
        Verdict.StatusWrong.Should().Be(1);
    }

    [Fact]
    public void An_acknowledgement_of_another_device_does_not_count_for_one()
    {
        Tracked(1);
        Deliver(Plain, 1, 1, 0);
        Acked(Plain, 1);
        Told(1, "ours", "acknowledged");
        Verdict.StatusWrong.Should().Be(1);
    }

    [Theory]
    [InlineData(1.0, 5.0, 1)]
    [InlineData(1.0, 6.1, 0)]
    [InlineData(null, 60.0, 1)]
    public void Only_a_message_whose_time_to_live_is_over_has_expired(double? life, double told, int wrong)
    {
        Tracked(1, life: life, time: 5);
        Gap(Ours, 0, 0, 2, WsmqGapReasons.Expired);
        Gap(Plain, 1, 0, 2, WsmqGapReasons.Expired);
        Told(1, "ours", "expired", told);
        Verdict.StatusWrong.Should().Be(wrong);
    }

    [Fact]
    public void While_the_clock_of_the_store_is_stepped_a_message_may_expire_early()
    {
        Tracked(1, life: 1, time: 5);
        History.Add(new HistoryEvent { Kind = EventKind.Fault, Id = "clock", Why = "begins", Time = 5.1 });
        Told(1, "ours", "expired", 5.2);
        Verdict.StatusWrong.Should().Be(0);
    }

    [Fact]
    public void A_lost_message_must_be_in_a_gap_or_lost_by_a_failover()
    {
        Tracked(1);
        Told(1, "ours", "lost");
        Tracked(2);
        Gap(Plain, 1, 1, 3, WsmqGapReasons.Retention);
        Told(2, "plain", "lost");
        Verdict.StatusWrong.Should().Be(1);
    }

    [Theory]
    [InlineData("replica", 0)]
    [InlineData("receipts", 1)]
    public void A_failover_may_lose_a_message_and_its_record(string store, int wrong)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Tracked(1);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Read();
        (Verdict.StatusWrong, Verdict.StatusUnsure).Should().Be((wrong, 1 - wrong));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(2.0, 0)]
    public void A_message_that_has_waited_may_be_stored_again_after_a_failover(double? delay, int wrong)
    {
        Tracked(1);
        History[^2] = History[^2] with { Delay = delay };
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        History.Add(new HistoryEvent { Kind = EventKind.StatusRead, Device = Sender, Address = Queue, Id = "m1", Position = At(2), Why = "stored", Attempts = 0 });
        Read();
        Verdict.StatusWrong.Should().Be(wrong);
    }

    [Fact]
    public void A_dead_letter_must_have_been_announced_and_a_skip_needs_a_reason()
    {
        Tracked(1);
        Told(1, "ours", "dead-lettered");
        Told(1, "plain", "skipped");
        History.Add(new HistoryEvent { Kind = EventKind.DeadLettered, Device = Ours, Address = Queue, Position = At(1) });
        Verdict.StatusWrong.Should().Be(1);
    }

    [Fact]
    public void At_the_end_a_message_without_a_status_and_one_that_is_open_although_it_was_handled_are_reported()
    {
        Tracked(1);
        Tracked(2);
        Handled(1, 2);
        Told(1, "ours", "acknowledged");
        Read(1, "acknowledged", 1, ("ours", "delivered"), ("plain", "acknowledged"));
        Verdict.StatusWrong.Should().Be(2);
        Verdict.Violations.Should().Contain(v => v.Contains("is delivered for ours, but bob/ours has handled it", StringComparison.Ordinal))
            .And.Contain(v => v.Contains("m2 to user:bob at 0000000000000002 has no status", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_an_answer_at_the_end_nothing_is_known()
    {
        Tracked(1);
        Handled(1);
        Verdict.StatusWrong.Should().Be(0);
    }

    [Fact]
    public void A_node_that_was_killed_before_it_had_noted_a_delivery_leaves_a_state_that_is_unsure()
    {
        Tracked(1, life: 1);
        Handled(1);
        Read(1, "acknowledged", 1, ("ours", "expired"), ("plain", "acknowledged"));
        (Verdict.StatusWrong, Verdict.StatusUnsure).Should().Be((0, 1));
    }

    [Theory]
    [InlineData(6, 0, 1)]
    [InlineData(60, 1, 0)]
    public void An_ack_that_a_failover_may_have_lost_leaves_a_state_that_is_unsure(double promoted, int wrong, int unsure)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = "receipts" });
        Tracked(1);
        History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk, Time = promoted - 3 });
        Handled(1);
        History.Add(new HistoryEvent { Kind = EventKind.Promoted, Time = promoted });
        Read(1, "acknowledged", 1, ("ours", "delivered"), ("plain", "acknowledged"));
        (Verdict.StatusWrong, Verdict.StatusUnsure).Should().Be((wrong, unsure));
    }

    [Fact]
    public void An_acknowledged_gap_leaves_a_state_that_is_unsure()
    {
        Tracked(1);
        Gap(Ours, 0, 0, 2, WsmqGapReasons.Retention);
        Told(1, "ours", "acknowledged");
        (Verdict.StatusWrong, Verdict.StatusUnsure).Should().Be((0, 1));
    }

    [Fact]
    public void A_count_that_is_not_that_of_the_readers_is_reported()
    {
        Tracked(1);
        Handled(1);
        Read(1, "acknowledged", 3, ("ours", "acknowledged"), ("plain", "acknowledged"));
        Verdict.StatusWrong.Should().Be(1);
    }

    [Fact]
    public void The_status_of_a_message_that_is_not_tracked_of_another_sender_or_for_somebody_who_does_not_read_is_reported()
    {
        Stored(1);
        Told(1, "ours", "delivered");
        Tracked(2);
        History.Add(StatusOf(2, "ours", "delivered") with { Device = "carol/ours" });
        Told(2, "phone", "delivered");
        Verdict.StatusWrong.Should().Be(3);
    }

    [Fact]
    public void One_device_that_has_handled_a_message_for_any_is_enough()
    {
        Tracked(1);
        History[^2] = History[^2] with { AnyDevice = true };
        Deliver(Plain, 1, 1, 0);
        Acked(Plain, 1);
        Read(1, "acknowledged", 1, ("plain", "acknowledged"), ("ours", "skipped"));
        Verdict.Violations.Should().BeEmpty();
    }

    private void Tracked(int number, double? life = null, double time = 0)
    {
        Begun(number);
        History[^1] = History[^1] with { Track = true, Life = life, Time = time };
        Receipted(number);
    }

    private void Handled(params int[] numbers)
    {
        foreach (var device in new[] { Ours, Plain })
        {
            Delivered(device, 1, numbers);
            Acked(device, numbers);
        }
    }

    private void Acked(string device, params int[] numbers) => History.AddRange(numbers.Select(n => new HistoryEvent
    {
        Kind = EventKind.Ack, Device = device, Address = Queue, Id = $"m{n}", Position = At(n),
    }));

    private void Told(int number, string reader, string state, double time = 0) => History.Add(StatusOf(number, reader, state) with { Time = time });

    private static HistoryEvent StatusOf(int number, string reader, string state) => new()
    {
        Kind = EventKind.Status, Device = Sender, Address = Queue, Id = $"m{number}", Position = At(number), Reader = reader, Why = state,
    };

    private void Read(int number, string state, int acknowledged, params (string Reader, string State)[] readers)
    {
        History.Add(new HistoryEvent
        {
            Kind = EventKind.StatusRead, Device = Sender, Address = Queue, Id = $"m{number}", Position = At(number), Why = state, Attempts = acknowledged,
        });
        foreach (var (reader, of) in readers)
            Told(number, reader, of, time: 10);
        Read();
    }

    private void Read() => History.Add(new HistoryEvent { Kind = EventKind.StatusesRead, Device = Sender });
}
