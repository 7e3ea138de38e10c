using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Limits;

/// <summary>The rates of the options, ready to use, and how a refusal is said.</summary>
internal sealed class LimitRules(IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics)
{
    // Who is refused this often gets its refusals, and with them everything else, at a pace that costs the node next to nothing.
    private const int RefusalsPerSecond = 100;
    private const int RefusalBurst = 1_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public LimitOptions Options => options.Value.Limits;

    public int MaxOutstandingSends => options.Value.MaxOutstandingSends;

    public TimeProvider Time => time;

    public RateRule? Sends { get; } = RateRule.Of(options.Value.Limits.SendsPerSecond, Second, options.Value.Limits.SendBurst, time);

    public RateRule? UserSends { get; } = RateRule.Of(options.Value.Limits.UserSendsPerSecond, Second, options.Value.Limits.UserSendBurst, time);

    public RateRule? UserReads { get; } = RateRule.Of(options.Value.Limits.UserReadsPerSecond, Second, options.Value.Limits.UserReadBurst, time);

    public RateRule? UserConnects { get; } =
        RateRule.Of(options.Value.Limits.UserConnectsPerMinute, TimeSpan.FromMinutes(1), options.Value.Limits.UserConnectBurst, time);

    public RateRule? NewAddresses { get; } =
        RateRule.Of(options.Value.Limits.NewAddressesPerHour, TimeSpan.FromHours(1), options.Value.Limits.NewAddressBurst, time);

    public RateRule? Refusals { get; } = RateRule.Of(RefusalsPerSecond, Second, RefusalBurst, time);

    /// <summary>Counts a refusal and makes it.</summary>
    public WsmqException Refuse(WsmqError error, TimeSpan retryAfter, string? detail = null)
    {
        metrics.Limited(error.Code);
        return new WsmqException(error, retryAfter, detail);
    }
}
