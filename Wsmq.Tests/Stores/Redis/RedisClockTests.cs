using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores.Redis;

namespace Wsmq.Tests.Stores;

/// <summary>The estimate of Redis's clock.</summary>
public sealed class RedisClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RedisClock _clock;

    public RedisClockTests() => _clock = new RedisClock(_time);

    [Fact]
    public void A_slow_answer_does_not_set_it_back_and_a_faster_one_brings_it_closer()
    {
        Answer(1_000_000, toRedis: 1, fromRedis: 20);
        _clock.Now.Should().Be(1_000_000, "it is behind by the way back");
        Pass(5_000);
        Answer(6_020_000, toRedis: 0, fromRedis: 4_000);
        _clock.Now.Should().Be(10_000_000, "and not by another one that took 4 s");
        Pass(1_000);
        Answer(11_020_000 + 2_000, toRedis: 1, fromRedis: 1);
        _clock.Now.Should().Be(11_022_000);
    }

    [Fact]
    public void A_clock_that_was_set_back_or_forward_is_followed()
    {
        Answer(9_000_000, toRedis: 1, fromRedis: 1);
        Pass(1_000);
        Answer(2_000_000, toRedis: 1, fromRedis: 1);
        _clock.Now.Should().Be(2_000_000);
        Pass(1_000);
        Answer(50_000_000, toRedis: 1, fromRedis: 1);
        _clock.Now.Should().Be(50_000_000);
        Pass(3);
        _clock.Now.Should().Be(50_003_000);
    }

    private void Answer(long micros, int toRedis, int fromRedis)
    {
        var asked = _clock.Timestamp;
        Pass(toRedis + fromRedis);
        _clock.Observe(micros, asked);
    }

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
