using Wsmq.Server.Pumps;

namespace Wsmq.Tests.Pumps;

public sealed class SkippedRunsTests
{
    private readonly SkippedRuns _runs = new();

    [Fact]
    public void What_is_skipped_before_the_oldest_delivery_in_flight_is_passed()
    {
        Passed(oldest: 5).Should().Be(0);
        Skip(after: 0, through: 4);
        Passed(oldest: 5).Should().Be(4);
        Skip(after: 5, through: 7);
        Skip(after: 5, through: 9);
        Skip(after: 10, through: 12);
        Passed(oldest: 5).Should().Be(4);
        Passed(oldest: 10).Should().Be(9);
        Passed(oldest: null).Should().Be(12);
        Passed(oldest: 13).Should().Be(12);
    }

    [Fact]
    public void A_run_that_the_client_was_told_of_goes_on()
    {
        Skip(after: 5, through: 7);
        Skip(after: 7, through: 9);
        Passed(oldest: 5).Should().Be(0);
        Passed(oldest: 8).Should().Be(0, "it is one run, which ends at 9");
        Passed(oldest: null).Should().Be(9);
    }

    private void Skip(long after, long through) => _runs.Add(new WsmqPosition(after), new WsmqPosition(through));

    private long Passed(long? oldest) => _runs.Before(oldest is { } at ? new WsmqPosition(at) : null).Value;
}
