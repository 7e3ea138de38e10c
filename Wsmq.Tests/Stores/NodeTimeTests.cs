using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public sealed class NodeTimeTests
{
    private const long Frequency = 3_000_000_007;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly OddClock _clock = new() { Timestamp = 5 * Frequency };

    [Fact]
    public void A_time_of_the_store_is_as_far_from_its_answer_as_from_its_clock()
    {
        var time = new NodeTime(_clock);

        time.At(storeTime: 1_700_000_002_000_000, storeNow: 1_700_000_000_000_000, answeredAt: 3 * Frequency).Should().Be(5 * Frequency);
        time.At(storeTime: 1_700_000_000_000_000, storeNow: 1_700_000_001_000_000, answeredAt: 3 * Frequency).Should().Be(2 * Frequency);
        time.At(null, 1_700_000_000_000_000, 3 * Frequency).Should().BeNull();
    }

    [Fact]
    public void A_timer_waits_until_the_time_has_passed_and_at_least_one_of_its_steps()
    {
        var time = new NodeTime(_clock);

        time.Until(7 * Frequency).Should().BeGreaterThan(2 * Second).And.BeLessThan(2.1 * Second);
        time.Until(null).Should().BeNull();
        NodeTime.Pause(10 * Second, null, 3 * Second, 2 * Second).Should().Be(2 * Second);
        NodeTime.Pause(10 * Second, null, 11 * Second).Should().Be(10 * Second);
        NodeTime.Pause(10 * Second, time.Until(Frequency)).Should().BePositive();
    }

    private sealed class OddClock : TimeProvider
    {
        public long Timestamp { get; init; }

        public override long TimestampFrequency => Frequency;

        public override long GetTimestamp() => Timestamp;
    }
}
