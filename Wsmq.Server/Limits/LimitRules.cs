
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Limits;

/// <summary>The rates of the options, or of one class of users, as rules for buckets; also creates the refusals.</summary>
internal sealed class LimitRules(WsmqLimitOptions limits, int maxOutstandingSends, TimeProvider time, WsmqMetrics metrics)
{
    // A connection that is refused more often than this receives its refusals, and with them everything else, at a pace that costs the node
    // next to nothing.
    private const int RefusalsPerSecond = 100;
    private const int RefusalBurst = 1_000;

    private const int OpensPerConnect = 10;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public WsmqLimitOptions Options => limits;

    public int MaxInFlightSends => maxOutstandingSends;

    public TimeProvider Time => time;

    public RateRule? Sends { get; } = RateRule.Of(limits.ConnectionSendsPerSecond, Second, limits.ConnectionSendBurst, time);

    public RateRule? UserSends { get; } = RateRule.Of(limits.UserSendsPerSecond, Second, limits.UserSendBurst, time);

    public RateRule? UserSendBytes { get; } = RateRule.OfBytes(limits.UserSendBytesPerMinute, Minute, limits.UserSendByteBurst, time);

    public RateRule? UserReads { get; } = RateRule.Of(limits.UserResumesPerSecond, Second, limits.UserResumeBurst, time);

    public RateRule? UserReadBytes { get; } = RateRule.OfBytes(limits.UserReadBytesPerSecond, Second, limits.UserReadByteBurst, time);

    public RateRule? UserConnects { get; } = RateRule.Of(limits.UserConnectsPerMinute, Minute, limits.UserConnectBurst, time);

    /// <summary>
    /// Requests that open a connection, whether or not it is accepted. Well above the rate of accepted ones: a client over that rate gets a
    /// code over its connection, and only one that ignores the code is refused without one.
    /// </summary>
    public RateRule? Opens { get; } = RateRule.Of(
        OpensPerConnect * limits.UserConnectsPerMinute, Minute, OpensPerConnect * limits.UserConnectBurst, time);

    public RateRule? NewAddresses { get; } =
        RateRule.Of(limits.UserNewAddressesPerHour, TimeSpan.FromHours(1), limits.UserNewAddressBurst, time);

    public RateRule? Producers { get; } =
        RateRule.Of(limits.UserProducersPerHour, TimeSpan.FromHours(1), limits.UserProducerBurst, time);

    public RateRule? Refusals { get; } = RateRule.Of(RefusalsPerSecond, Second, RefusalBurst, time);

    /// <summary>Counts a refusal and returns its exception.</summary>
    public WsmqException Refuse(WsmqError error, TimeSpan retryAfter, string? detail = null)
    {
        metrics.Limited(error.Code);
        return new WsmqException(error, retryAfter, detail);
    }
}
