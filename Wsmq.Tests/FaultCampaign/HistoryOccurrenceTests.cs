using System.Globalization;
using Wsmq.Faults.Checking;
using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The occurrences of the recurring job of a run.</summary>
public sealed class HistoryOccurrenceTests : HistoryTest
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-03-01T23:59:58Z", CultureInfo.InvariantCulture);

    [Fact]
    public void Occurrences_in_any_order_with_one_job_each_and_attempts_that_are_repeated_are_no_violation()
    {
        foreach (var number in new[] { 0, 2, 1, 1, 3, 5 })
            Began(number);
        Due(3);
        Verdict.Violations.Should().BeEmpty();
        Verdict.Occurrences.Should().Be(5);
    }

    [Fact]
    public void An_occurrence_without_a_job_is_reported_also_the_last_one()
    {
        Began(0);
        Began(2);
        Due(3);
        Verdict.OccurrencesLost.Should().Be(2);
    }

    [Fact]
    public void A_recurring_job_that_never_ran_is_reported()
    {
        Due(3);
        Verdict.OccurrencesLost.Should().Be(1);
    }

    [Theory]
    [InlineData("redis", 1, 0)]
    [InlineData("replica", 0, 1)]
    public void An_occurrence_with_two_jobs_is_reported_unless_a_failover_may_have_lost_the_first_one(string store, int twice, int rolledBack)
    {
        History.Insert(0, new HistoryEvent { Kind = EventKind.Run, Id = "1", Why = store });
        if (store == "replica")
            History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        Began(0);
        Began(0, position: 9);
        Due(0);
        (Verdict.OccurrencesTwice, Verdict.JobsRolledBack).Should().Be((twice, rolledBack));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(JobTimes.ClockFault, 0)]
    public void A_job_before_its_time_is_reported_unless_the_clock_was_stepped(string? fault, int early)
    {
        if (fault is not null)
            History.Add(new HistoryEvent { Kind = EventKind.Fault, Id = fault, Why = "begins" });
        Began(0, late: -2);
        Due(0);
        Verdict.JobsEarly.Should().Be(early);
    }

    private void Began(int number, int position = 1, double late = 0.01) => History.Add(new HistoryEvent
    {
        Kind = EventKind.Occurrence, Device = "app/1", Id = Tick.TextOf(Start + (number * Tick.Every)), Position = At(position), Late = late,
    });

    private void Due(int number) =>
        History.Add(new HistoryEvent { Kind = EventKind.OccurrencesDue, Id = Tick.TextOf(Start + (number * Tick.Every)) });
}
