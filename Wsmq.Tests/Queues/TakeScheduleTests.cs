using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Queues;

public sealed class TakeScheduleTests
{
    private const long StoreNow = 1_000_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TakeSchedule _schedule;

    public TakeScheduleTests() => _schedule = new TakeSchedule(new NodeTime(_time), Interval);

    private long Now => _time.GetTimestamp();

    [Fact]
    public void The_store_is_asked_at_first_and_after_each_interval_also_without_credit()
    {
        _schedule.MustAsk(hasCredit: false, Now).Should().BeTrue();
        Take();

        _schedule.MustAsk(hasCredit: true, Now).Should().BeFalse();
        _schedule.Pause().Should().Be(Interval);
        _time.Advance(Interval);
        _schedule.MustAsk(hasCredit: false, Now).Should().BeTrue();
    }

    [Fact]
    public void The_store_is_asked_again_after_a_take_that_failed()
    {
        _schedule.Taking();

        _schedule.MustAsk(hasCredit: false, Now).Should().BeTrue();
    }

    [Fact]
    public void A_new_job_is_asked_for_with_credit_and_without_it_within_a_second()
    {
        Take();
        _schedule.Signalled(isNewJob: true);

        _schedule.MustAsk(hasCredit: true, Now).Should().BeTrue();
        _schedule.MustAsk(hasCredit: false, Now).Should().BeFalse();
        _schedule.MayGive.Should().BeTrue();
        _time.Advance(_schedule.Pause());
        _schedule.MustAsk(hasCredit: false, Now).Should().BeTrue();
    }

    [Fact]
    public void A_change_of_the_queue_is_asked_for_also_without_credit()
    {
        Take();
        _schedule.Signalled(isNewJob: false);

        _schedule.MustAsk(hasCredit: false, Now).Should().BeTrue();
    }

    [Fact]
    public void A_signal_that_comes_during_a_take_leads_to_the_next_one()
    {
        var signals = _schedule.Taking();
        _schedule.Signalled(isNewJob: true);
        _schedule.Taken(Result(), signals);

        _schedule.MustAsk(hasCredit: true, Now).Should().BeTrue();
    }

    [Fact]
    public void A_job_is_asked_for_once_it_is_due_although_there_was_no_credit_before()
    {
        Take(due: 5_000_000);
        _schedule.MustAsk(hasCredit: false, Now).Should().BeFalse();

        _schedule.Pause().Should().BeCloseTo(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1));
        _schedule.MayGive.Should().BeFalse();
        _time.Advance(_schedule.Pause());
        _schedule.MustAsk(hasCredit: true, Now).Should().BeTrue();
    }

    [Fact]
    public void A_job_that_became_due_without_credit_does_not_wake_the_dispatcher_before_there_is_credit()
    {
        Take(due: 5_000_000);
        _time.Advance(TimeSpan.FromSeconds(6));

        _schedule.MustAsk(hasCredit: false, Now).Should().BeFalse();

        _schedule.Pause().Should().Be(Interval);
        _schedule.MayGive.Should().BeTrue();
        _schedule.MustAsk(hasCredit: true, Now).Should().BeTrue();
    }

    [Fact]
    public void What_is_due_is_not_looked_for_without_consumers_and_asked_for_with_the_first_one()
    {
        Take(due: 5_000_000);

        _schedule.Idle();

        _schedule.Pause().Should().Be(Interval);
        _time.Advance(TimeSpan.FromSeconds(6));
        _schedule.MustAsk(hasCredit: true, Now).Should().BeTrue();
    }

    private static TakenJobs Result(long? due = null) => new([], StoreNow, StoreNow + due, null, More: false, []);

    private void Take(long? due = null) => _schedule.Taken(Result(due), _schedule.Taking());
}
