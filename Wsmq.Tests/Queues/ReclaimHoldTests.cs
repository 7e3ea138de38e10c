using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Queues;

namespace Wsmq.Tests.Queues;

public sealed class ReclaimHoldTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _time = new();
    private long _storeTime = 1_000_000_000;

    [Fact]
    public void Leases_are_held_for_the_grace_after_the_start()
    {
        var hold = new ReclaimHold(_time, () => Grace);

        hold.Left.Should().Be(Grace);
        Pass(hold, 15, storeSeconds: 15);
        hold.Left.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Leases_are_held_for_the_grace_after_the_last_failed_call()
    {
        var hold = new ReclaimHold(_time, () => Grace);
        Pass(hold, 20, storeSeconds: 20);
        hold.Failed();
        _time.Advance(TimeSpan.FromSeconds(5));
        hold.Failed();

        Pass(hold, 5, storeSeconds: 10);

        hold.Left.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(5.9, 0)]
    [InlineData(8, 15)]
    [InlineData(-3_600, 0)]
    public void Leases_are_held_if_the_clock_of_the_store_stepped_forward(double storeSeconds, int held)
    {
        var hold = new ReclaimHold(_time, () => Grace);
        Pass(hold, 20, storeSeconds: 20);

        Pass(hold, 5, storeSeconds);

        Math.Max(0, hold.Left.TotalSeconds).Should().Be(held);
    }

    private void Pass(ReclaimHold hold, double seconds, double storeSeconds)
    {
        if (_storeTime == 1_000_000_000)
            hold.Answered(_storeTime);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _storeTime += (long)(storeSeconds * 1_000_000);
        hold.Answered(_storeTime);
    }
}
