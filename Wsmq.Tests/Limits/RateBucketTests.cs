using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Limits;

namespace Wsmq.Tests.Limits;

/// <summary>The token bucket, on a fake clock.</summary>
public sealed class RateBucketTests
{
    private readonly FakeTimeProvider _time = new();
    private RateBucket _bucket;

    private RateRule Rule(int count, int burst) => RateRule.Of(count, TimeSpan.FromSeconds(1), burst, _time)!;

    private int Take(RateRule rule, int attempts)
    {
        var taken = 0;
        for (var i = 0; i < attempts; i++)
            taken += _bucket.TryTake(rule, out _) ? 1 : 0;
        return taken;
    }

    [Fact]
    public void The_burst_is_available_at_once_and_then_the_rate()
    {
        var rule = Rule(10, burst: 25);
        Take(rule, 100).Should().Be(25);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Take(rule, 100).Should().Be(10);
        }

        _time.Advance(TimeSpan.FromHours(1));
        _bucket.IsFull(rule.Now).Should().BeTrue();
        Take(rule, 100).Should().Be(25);
    }

    [Fact]
    public void A_caller_that_waits_as_told_gets_one_token_and_waiting_callers_get_different_times()
    {
        var rule = Rule(10, burst: 1);
        Take(rule, 1).Should().Be(1);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            _bucket.TryTake(rule, out var wait).Should().BeFalse();
            waits.Add(wait);
        }

        waits.Should().Equal(Enumerable.Range(1, 5).Select(i => TimeSpan.FromMilliseconds(100 * i)));
        foreach (var _ in waits)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _bucket.TryTake(rule, out var _).Should().BeTrue();
        }
    }

    [Fact]
    public void The_wait_is_bounded_however_many_callers_did_not_wait()
    {
        var rule = Rule(1, burst: 1);
        Take(rule, 10_000);
        _bucket.TryTake(rule, out var wait);
        wait.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void After_a_charge_beyond_the_burst_no_token_is_available_until_the_debt_is_refilled()
    {
        var rule = Rule(1, burst: 3);
        for (var i = 0; i < 10; i++)
            _bucket.Charge(rule);
        _bucket.HasRoom(rule).Should().BeFalse();
        _bucket.Wait(rule).Should().Be(TimeSpan.FromSeconds(8));
        _time.Advance(TimeSpan.FromSeconds(8));
        _bucket.HasRoom(rule).Should().BeTrue();
        Take(rule, 10).Should().Be(1);
    }

    [Fact]
    public void Without_a_rule_there_is_no_limit()
    {
        RateRule.Of(0, TimeSpan.FromSeconds(1), 1, _time).Should().BeNull();
        _bucket.TryTake(null, out _).Should().BeTrue();
        _bucket.HasRoom(null).Should().BeTrue();
    }

    [Fact]
    public async Task Concurrent_callers_take_at_most_the_available_tokens()
    {
        var rule = Rule(1, burst: 10_000);
        var takers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Take(rule, 5_000)));
        (await Task.WhenAll(takers)).Sum().Should().Be(10_000);
    }

    [Fact]
    public void Bytes_are_taken_together_and_more_than_the_burst_passes_once_the_bucket_is_full()
    {
        var rule = RateRule.OfBytes(256 * 100, TimeSpan.FromSeconds(1), 256 * 50, _time)!;
        bool Take(long bytes) => _bucket.TryTake(rule, out _, RateRule.UnitsOf(bytes));

        Take(256 * 49).Should().BeTrue();
        Take(256 * 2).Should().BeFalse();
        Take(1).Should().BeTrue("a unit is left");
        Take(1).Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Take(256 * 1_000).Should().BeTrue("larger than the burst");
        Take(1).Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Take(256 * 50).Should().BeTrue();
    }
}
