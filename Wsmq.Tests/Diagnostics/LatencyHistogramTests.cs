using Wsmq.Server.Diagnostics;

namespace Wsmq.Tests.Diagnostics;

public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(7.7)]
    [InlineData(1_000)]
    [InlineData(3_000_000)]
    public void A_quantile_is_exact_to_an_eighth(double milliseconds)
    {
        Add(milliseconds, 1);
        var found = LatencyHistogram.Quantile(Nothing(), Read(), 0.5)!.Value.TotalMilliseconds;
        found.Should().BeInRange(milliseconds * 7 / 8, milliseconds * 9 / 8);
    }

    [Fact]
    public void Quantiles_are_those_between_two_readings()
    {
        Add(1_000, 500);
        var before = Read();
        Add(1, 98);
        Add(64, 2);

        LatencyHistogram.Quantile(before, Read(), 0.5)!.Value.TotalMilliseconds.Should().BeInRange(0.8, 1.2);
        LatencyHistogram.Quantile(before, Read(), 0.99)!.Value.TotalMilliseconds.Should().BeInRange(56, 72);
        LatencyHistogram.Quantile(Read(), Read(), 0.5).Should().BeNull();
    }

    [Fact]
    public void The_shortest_and_the_longest_durations_have_a_bucket()
    {
        foreach (var duration in new[] { TimeSpan.MinValue, TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.MaxValue })
            LatencyHistogram.BucketOf(duration).Should().BeInRange(0, LatencyHistogram.Buckets - 1);
    }

    private void Add(double milliseconds, int count) => _histogram.Add(LatencyHistogram.BucketOf(TimeSpan.FromMilliseconds(milliseconds)), count);

    private long[] Read()
    {
        var reading = Nothing();
        _histogram.CopyTo(reading);
        return reading;
    }

    private static long[] Nothing() => new long[LatencyHistogram.Buckets];
}
