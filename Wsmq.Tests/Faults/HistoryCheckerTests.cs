using Wsmq.Faults.Checking;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Histories by hand: each thing that must not happen is found, and what may happen is not.</summary>
public sealed class HistoryCheckerTests
{
    private const string Ours = "bob/ours";
    private const string Plain = "bob/plain";
    private const string Queue = "user:bob";

    private readonly List<HistoryEvent> _history = [Device(Ours, EventKind.Ours), Device(Plain, EventKind.Plain)];

    private Verdict Verdict => HistoryChecker.Check(_history);

    [Fact]
    public void A_history_in_which_all_is_well_has_no_violation()
    {
        Stored(1, 2, 3);
        Delivered(Ours, 0, 1, 2, 3);
        Delivered(Plain, 1, 1, 2, 3);
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Receipted, Verdict.Delivered).Should().Be((3, 6));
    }

    [Fact]
    public void A_lost_message_is_found_for_each_device_that_misses_it()
    {
        Stored(1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1);
        Verdict.Lost.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("lost").And.Contain("m2");
    }

    [Fact]
    public void A_message_that_got_no_receipt_may_be_lost()
    {
        Begun(1);
        _history.Add(new HistoryEvent { Kind = EventKind.Failed, Id = "m1", Why = "outcome-unknown" });
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_send_without_an_outcome_is_found()
    {
        Begun(1);
        Verdict.Leaks.Should().Be(1);
    }

    [Fact]
    public void A_message_whose_handler_only_threw_is_lost()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Verdict.Lost.Should().Be(1);
    }

    [Fact]
    public void Our_client_may_give_a_message_again_after_the_handler_threw()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1);
        Threw(Ours, 0, 1);
        Delivered(Ours, 0, 1, 2);
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void Our_client_must_not_give_a_handled_message_again()
    {
        Stored(1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Ours, 1, 2);
        Verdict.Duplicated.Should().Be(1);
        Verdict.Violations.Should().HaveCount(1);
    }

    [Fact]
    public void A_plain_client_may_get_a_message_again_after_a_reconnect_only()
    {
        Stored(1, 2);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Delivered(Plain, 2, 1, 2);
        Verdict.Violations.Should().BeEmpty();
        Delivered(Plain, 2, 2);
        Verdict.Duplicated.Should().Be(1);
    }

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
        Gap(Plain, 1, 1, 3, GapReasons.Retention);
        Deliver(Plain, 1, 3, 2);
        Verdict.Violations.Should().BeEmpty();
        Verdict.GapsAnnounced.Should().Be(1);
    }

    [Theory]
    [InlineData(GapReasons.Lost)]
    [InlineData(GapReasons.Consumed)]
    [InlineData(GapReasons.NotMember)]
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
        Gap(Plain, 1, 1, 3, GapReasons.Retention);
        Deliver(Plain, 1, 4, 3);
        (Verdict.Lost, Verdict.GapsSilent).Should().Be((1, 1));
    }

    [Fact]
    public void A_gap_that_begins_beyond_what_was_delivered_hides_something()
    {
        Stored(1, 2, 3, 4);
        Delivered(Ours, 0, 1, 2, 3, 4);
        Delivered(Plain, 1, 1);
        Gap(Plain, 1, 2, 4, GapReasons.Retention);
        Verdict.GapsSilent.Should().Be(1);
        Verdict.Lost.Should().Be(2);
    }

    [Fact]
    public void A_tail_that_a_failover_lost_counts_apart_and_nothing_else_does()
    {
        Stored(1);
        _history.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Stored(2);
        _history.Add(new HistoryEvent { Kind = EventKind.Promoted });
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
        _history.Add(new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        _history.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Stored(1, 2);
        _history.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Gap(Ours, 1, 0, 2, GapReasons.Lost);
        Delivered(Ours, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Lost.Should().Be(lost);
    }

    [Fact]
    public void A_message_stored_twice_is_found()
    {
        Stored(1);
        Delivered(Plain, 1, 1);
        Delivered(Ours, 0, 1);
        _history.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = Queue, Id = "m1", Position = At(2), Previous = At(1) });
        Verdict.Duplicated.Should().Be(1);
    }

    [Fact]
    public void A_delivery_at_another_place_than_its_receipt_says_is_found()
    {
        Begun(1);
        _history.Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "m1", Position = At(2) });
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        Verdict.Duplicated.Should().Be(2);
    }

    [Fact]
    public void A_position_that_is_used_twice_is_found()
    {
        Stored(1);
        Delivered(Ours, 0, 1);
        Delivered(Plain, 1, 1);
        _history.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Plain, Connection = 2, Address = Queue, Id = "other", Position = At(1), Previous = At(0) });
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
        _history.Insert(3, new HistoryEvent { Kind = EventKind.Repeated, Device = "alice/ours", Address = Queue });
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void Who_has_a_receipt_before_another_begins_stands_before_it()
    {
        Begun(2);
        Receipted(2);
        _history.Add(new HistoryEvent { Kind = EventKind.Send, Device = "carol/ours", Address = Queue, Id = "m1" });
        Receipted(1);
        Delivered(Ours, 0, 1, 2);
        Delivered(Plain, 1, 1, 2);
        Verdict.Reordered.Should().Be(1);
    }

    [Fact]
    public void What_is_left_over_and_messages_for_others_are_found()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.Leak, Id = "node1", Why = "3 feeds" });
        _history.Add(new HistoryEvent { Kind = EventKind.Deliver, Device = Ours, Address = "user:carol", Id = "x", Position = At(1), Previous = At(0) });
        (Verdict.Leaks, Verdict.Duplicated).Should().Be((1, 1));
    }

    [Fact]
    public void A_history_survives_its_file()
    {
        var happened = new HistoryEvent { Kind = EventKind.Gap, Time = 1.5, Device = Plain, Connection = 2, Address = Queue, After = At(1), Before = At(3), Why = "lost" };
        HistoryEvent.Parse(happened.ToLine()).Should().Be(happened);
    }

    private static HistoryEvent Device(string name, string kind) => new() { Kind = EventKind.Device, Device = name, Why = kind, Reads = [Queue] };

    private static string At(int number) => $"{number:D16}";

    private void Stored(params int[] numbers)
    {
        Begun(numbers);
        Receipted(numbers);
    }

    private void Begun(params int[] numbers) =>
        _history.AddRange(numbers.Select(n => new HistoryEvent { Kind = EventKind.Send, Device = "alice/ours", Address = Queue, Id = $"m{n}" }));

    private void Receipted(params int[] numbers) =>
        _history.AddRange(numbers.Select(n => new HistoryEvent { Kind = EventKind.Receipt, Id = $"m{n}", Position = At(n) }));

    private void Delivered(string device, int connection, params int[] numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            Deliver(device, connection, numbers[i], i == 0 ? 0 : numbers[i - 1]);
    }

    private void Deliver(string device, int connection, int number, int previous) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Deliver, Device = device, Connection = connection, Address = Queue, Id = $"m{number}", Position = At(number), Previous = At(previous),
    });

    private void Threw(string device, int connection, int number) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Threw, Device = device, Connection = connection, Address = Queue, Id = $"m{number}", Position = At(number),
    });

    private void Gap(string device, int connection, int after, int before, string reason) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Gap, Device = device, Connection = connection, Address = Queue, After = At(after), Before = At(before), Why = reason,
    });
}
