using Wsmq.Server.Diagnostics;
using Wsmq.Server.Limits;

namespace Wsmq.Tests.Support;

/// <summary>Read limits for tests without a node.</summary>
internal static class TestReads
{
    public static SessionReads Unlimited => new(new UserLimits("anybody"), Rules(new WsmqLimitOptions { UserReadBytesPerSecond = 0 }));

    public static LimitRules Rules(WsmqLimitOptions limits, TimeProvider? time = null) => new(
        limits, 1, time ?? TimeProvider.System,
        new WsmqMetrics(new TestMeters()));
}
