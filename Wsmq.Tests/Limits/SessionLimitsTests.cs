using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>The retry time in the refusals of a connection.</summary>
public sealed class SessionLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_a_large_and_a_small_message_the_longer_wait_applies()
    {
        const int Burst = 256 * 100;
        var limits = new SessionLimits(new UserLimits("alice"), Rules(Burst), null!);
        limits.CountBytes(Burst).Should().BeNull();
        var longer = limits.CountBytes(Burst)!.RetryAfter!.Value;
        var shorter = limits.CountBytes(1)!.RetryAfter!.Value;
        shorter.Should().BeLessThan(longer);

        _time.Advance(shorter);

        limits.CountSend()!.RetryAfter.Should().BeCloseTo(longer - shorter, TimeSpan.FromMilliseconds(1));
        _time.Advance(longer - shorter);
        limits.CountSend().Should().BeNull();
    }

    private LimitRules Rules(int burst) => TestReads.Rules(
        new WsmqLimitOptions { UserSendBytesPerMinute = burst, UserSendByteBurst = burst }, _time);
}
