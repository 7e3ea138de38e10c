using Wsmq.Faults.Checking;
using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>Jobs: each ends, is worked on under one lease at a time, not before its time, and in the order of its key.</summary>
public sealed class HistoryJobTests
{
    private readonly List<HistoryEvent> _history = [];
    private double _now;

    private Verdict Verdict => HistoryChecker.Check(_history);

    [Fact]
    public void A_job_that_was_completed_at_the_first_attempt_is_no_violation()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobReturned);
        Read();
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Jobs, Verdict.JobsCompleted, Verdict.JobsDead).Should().Be((1, 1, 0));
    }

    [Fact]
    public void A_dead_letter_with_a_reason_is_no_violation()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobRejected);
        Add(new HistoryEvent { Kind = EventKind.JobDead, Position = At(1), Why = "Rejected", LostLeases = 0 });
        Read();
        Verdict.Violations.Should().BeEmpty();
        Verdict.JobsDead.Should().Be(1);
    }

    [Fact]
    public void A_job_without_any_end_is_lost()
    {
        Stored(1, 2, 3);
        Began(2);
        Ended(Began(3), EventKind.JobThrew);
        Read();
        Verdict.JobsLost.Should().Be(3);
        Verdict.Violations.Should().HaveCount(3).And.OnlyContain(v => v.StartsWith("job lost"));
    }

    [Fact]
    public void A_job_that_is_still_stored_is_lost_although_a_handler_has_returned()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobReturned);
        Add(new HistoryEvent { Kind = EventKind.JobStored, Position = At(1), Why = "Retrying" });
        Read();
        Verdict.JobsLost.Should().Be(1);
    }

    [Fact]
    public void A_job_that_only_a_worker_without_a_lease_has_handled_is_lost()
    {
        Stored(1);
        var late = Began(1);
        Began(1, lost: 1);
        Ended(late, EventKind.JobReturned);
        Read();
        Verdict.JobsLost.Should().Be(1);
    }

    [Fact]
    public void Nothing_is_lost_before_the_queue_was_read()
    {
        Stored(1);
        Verdict.JobsLost.Should().Be(0);
    }

    [Fact]
    public void A_send_whose_unique_id_was_taken_is_no_job()
    {
        Add(new HistoryEvent { Kind = EventKind.Send, Device = "alice/ours", Address = JobMessages.Queue, Id = "j1" });
        Add(new HistoryEvent { Kind = EventKind.Receipt, Id = "j1", Position = At(9), Why = EventKind.Taken });
        Read();
        Verdict.Violations.Should().BeEmpty();
        Verdict.Jobs.Should().Be(0);
    }

    [Fact]
    public void Attempts_after_a_failure_an_uncounted_one_or_a_lost_lease_are_no_violation()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobUncounted);
        Ended(Began(1), EventKind.JobThrew);
        Began(1, attempt: 2);
        Ended(Began(1, attempt: 2, lost: 1), EventKind.JobLeaseLost);
        Ended(Began(1, attempt: 2, lost: 2), EventKind.JobReturned);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_lease_that_began_late_after_it_was_lost_is_no_violation()
    {
        Stored(1);
        Ended(Began(1, lost: 1), EventKind.JobReturned);
        Ended(Began(1), EventKind.JobLeaseLost);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_worker_that_gives_up_its_lease_by_its_own_count_may_hand_the_job_back()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobLeaseLost);
        Ended(Began(1), EventKind.JobReturned);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void An_attempt_that_was_handed_back_may_begin_again_fail_and_be_followed()
    {
        Stored(1);
        Ended(Began(1), EventKind.JobLeaseLost);
        Ended(Began(1), EventKind.JobThrew);
        Ended(Began(1, attempt: 2), EventKind.JobReturned);
        Read();
        Verdict.Violations.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(EventKind.JobReturned)]
    [InlineData(EventKind.JobRejected)]
    [InlineData(EventKind.JobThrew)]
    public void The_same_attempt_begun_twice_is_reported(string? end)
    {
        Stored(1);
        Ended(Began(1), end);
        Ended(Began(1), EventKind.JobReturned);
        Read();
        Verdict.JobsUnleased.Should().Be(1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(EventKind.JobReturned)]
    [InlineData(EventKind.JobRejected)]
    [InlineData(EventKind.JobLeaseLost)]
    public void A_further_attempt_after_one_that_did_not_fail_is_reported(string? end)
    {
        Stored(1);
        Ended(Began(1), end);
        Ended(Began(1, attempt: 2), EventKind.JobReturned);
        Read();
        Verdict.JobsUnleased.Should().Be(1);
    }

    [Fact]
    public void A_further_attempt_beside_one_that_fails_later_is_reported()
    {
        Stored(1);
        var first = Began(1);
        var second = Began(1, attempt: 2);
        Ended(first, EventKind.JobThrew);
        Ended(second, EventKind.JobReturned);
        Read();
        Verdict.JobsUnleased.Should().Be(1);
    }

    [Fact]
    public void A_number_of_an_attempt_that_goes_back_is_reported()
    {
        Stored(1);
        Ended(Began(1, attempt: 2), EventKind.JobThrew);
        Ended(Began(1), EventKind.JobReturned);
        Read();
        Verdict.JobsUnleased.Should().Be(1);
    }

    [Fact]
    public void What_a_failover_rolled_back_is_counted_apart()
    {
        Stored(1, 2);
        Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Stored(3);
        Ended(Began(1), EventKind.JobReturned);
        Ended(Began(3), EventKind.JobThrew);
        Add(new HistoryEvent { Kind = EventKind.Promoted });
        Ended(Began(1), EventKind.JobReturned);
        Ended(Began(2), EventKind.JobReturned);
        Read();
        Verdict.Violations.Should().BeEmpty();
        (Verdict.JobsCompleted, Verdict.JobsRolledBack).Should().Be((2, 2), "the completion of 1 and the job 3 are rolled back");
    }

    [Fact]
    public void A_repetition_long_after_a_failover_is_reported()
    {
        Stored(1);
        Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Add(new HistoryEvent { Kind = EventKind.Promoted });
        _now += 60;
        Ended(Began(1), EventKind.JobReturned);
        Ended(Began(1), EventKind.JobReturned);
        Read();
        (Verdict.JobsUnleased, Verdict.JobsRolledBack).Should().Be((1, 0));
    }

    [Fact]
    public void An_attempt_before_the_end_of_the_delay_is_reported()
    {
        Send(1, delay: 2);
        Began(1);
        _now += 2;
        Began(1, lost: 1);
        Verdict.JobsEarly.Should().Be(1);
    }

    [Theory]
    [InlineData("clock", 0)]
    [InlineData("redis-kill", 1)]
    public void While_the_clock_of_the_store_is_stepped_delays_are_not_checked(string fault, int early)
    {
        Add(new HistoryEvent { Kind = EventKind.Fault, Id = fault, Why = "begins" });
        Send(1, delay: 2);
        Add(new HistoryEvent { Kind = EventKind.Fault, Id = fault, Why = "ends" });
        Began(1);
        Verdict.JobsEarly.Should().Be(early);
    }

    [Fact]
    public void Jobs_of_a_key_that_begin_in_order_are_no_violation_also_over_retries()
    {
        Send(1, key: "k");
        Send(2, key: "k");
        Send(3, key: "other");
        Ended(Began(3), EventKind.JobReturned);
        Ended(Began(1), EventKind.JobThrew);
        Ended(Began(1, attempt: 2), EventKind.JobReturned);
        Ended(Began(2), EventKind.JobReturned);
        Verdict.Violations.Should().BeEmpty();
    }

    [Fact]
    public void A_job_that_begins_after_a_later_one_of_its_key_is_reported()
    {
        Send(1, key: "k");
        Send(2, key: "k");
        Ended(Began(2), EventKind.JobReturned);
        Ended(Began(1), EventKind.JobReturned);
        Verdict.JobsOutOfKeyOrder.Should().Be(1);
        Verdict.Violations.Should().ContainSingle().Which.Should().Contain("j1").And.Contain("j2");
    }

    [Fact]
    public void A_worker_that_begins_late_is_no_violation_of_the_order()
    {
        Send(1, key: "k");
        Send(2, key: "k");
        Ended(Began(1, lost: 1), EventKind.JobReturned);
        Began(2);
        Began(1);
        Verdict.JobsOutOfKeyOrder.Should().Be(0);
    }

    [Fact]
    public void A_failover_may_roll_back_the_completion_before_a_later_job_of_the_key()
    {
        Send(1, key: "k");
        Send(2, key: "k");
        Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Ended(Began(1), EventKind.JobReturned);
        Ended(Began(2), EventKind.JobReturned);
        Add(new HistoryEvent { Kind = EventKind.Promoted });
        Ended(Began(1), EventKind.JobReturned);
        Ended(Began(2), EventKind.JobReturned);
        Verdict.Violations.Should().BeEmpty();
        Verdict.JobsRolledBack.Should().Be(3, "both completions, and the order");
    }

    [Fact]
    public async Task A_worker_that_loses_the_lease_while_it_reports_how_the_attempt_ended_hands_back()
    {
        using var lease = new CancellationTokenSource();
        var work = new JobWork("app", TimeSpan.FromSeconds(5), happened =>
        {
            Add(happened);
            if (happened.Kind == EventKind.JobThrew)
                lease.Cancel();
            return Task.CompletedTask;
        });
        await work.Invoking(w => w.RunAsync(new JobAttempt("j1", At(1), 1, 0), lease.Token)).Should().ThrowAsync<OperationCanceledException>();

        Began(1);
        Verdict.JobsUnleased.Should().Be(0);
    }

    private static string At(int number) => $"{number:D16}";

    private void Stored(params int[] numbers)
    {
        foreach (var number in numbers)
        {
            Send(number);
            Add(new HistoryEvent { Kind = EventKind.Receipt, Id = $"j{number}", Position = At(number) });
        }
    }

    // Without the leak that a send without an answer is.
    private void Send(int number, string? key = null, double? delay = null)
    {
        Add(new HistoryEvent { Kind = EventKind.Send, Device = "alice/ours", Address = JobMessages.Queue, Id = $"j{number}", Key = key, Delay = delay });
        if (key is not null || delay is not null)
            Add(new HistoryEvent { Kind = EventKind.Failed, Id = $"j{number}", Why = "outcome-unknown" });
    }

    private HistoryEvent Began(int number, int attempt = 1, int lost = 0)
    {
        var began = new HistoryEvent
        {
            Kind = EventKind.JobBegan, Device = "plain", Id = $"j{number}", Position = At(number), Attempts = attempt, LostLeases = lost,
            Run = $"{_history.Count}",
        };
        Add(began);
        return began;
    }

    private void Ended(HistoryEvent began, string? kind)
    {
        if (kind is not null)
            Add(began with { Kind = kind });
    }

    private void Read() => Add(new HistoryEvent { Kind = EventKind.JobsRead });

    private void Add(HistoryEvent happened)
    {
        _now += 0.01;
        _history.Add(happened with { Time = _now });
    }
}
