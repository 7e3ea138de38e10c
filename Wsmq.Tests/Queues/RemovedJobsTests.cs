using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Queues;

/// <summary>Jobs that are removed while the answer to a call that took them is on its way.</summary>
public sealed class RemovedJobsTests
{
    private readonly List<WsmqPosition> _told = [];
    private readonly RemovedJobs _removed;

    public RemovedJobsTests() => _removed = new RemovedJobs(_told.Add);

    [Fact]
    public void A_job_that_is_signalled_before_the_answer_that_gives_it_is_told_again_once_it_is_given()
    {
        using var take = _removed.Begin();
        _removed.Add(Job(1));
        _removed.Add(Job(9));
        take.Gave([Taken(1), Taken(2)]);

        _told.Should().Equal(Job(1), Job(9), Job(1));
    }

    [Fact]
    public void Each_of_several_calls_under_way_notes_what_is_removed_from_its_own_beginning_on()
    {
        using var early = _removed.Begin();
        _removed.Add(Job(1));
        using (var late = _removed.Begin())
        {
            _removed.Add(Job(2));
            late.Gave([Taken(1), Taken(2)]);
        }

        early.Gave([Taken(1), Taken(2)]);
        _told.Should().Equal(Job(1), Job(2), Job(2), Job(1), Job(2));
    }

    [Fact]
    public void Without_a_call_under_way_nothing_is_noted()
    {
        _removed.Begin().Dispose();
        _removed.Add(Job(1));
        using var take = _removed.Begin();
        take.Gave([Taken(1)]);

        _told.Should().Equal(Job(1));
        take.Removed.Should().BeNull();
    }

    private static WsmqPosition Job(long number) => new(number);

    private static TakenJob Taken(long number) => new(0, new JobLease(Job(number), "0123456789abcdef"), 1, 0, default, default) { Due = 1 };
}
