using Microsoft.Extensions.Options;

namespace Wsmq.Server.Configuration;

/// <summary>Checks every option when the app starts; the texts say what is allowed.</summary>
internal sealed class WsmqOptionsValidation : IValidateOptions<WsmqOptions>
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3650);
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    public ValidateOptionsResult Validate(string? name, WsmqOptions options)
    {
        var rules = new OptionRules(nameof(WsmqOptions));
        rules.Within(options.DeduplicationWindow, OneSecond, TimeSpan.FromDays(1));
        rules.Within(options.AckGrace, TimeSpan.Zero, TimeSpan.FromDays(1));
        rules.Within(options.MaxDevicesPerUser, 1, 1_000);
        rules.Within(options.DeviceExpiry, OneSecond, TenYears);
        rules.Within(options.Window, 1, 65_536);
        rules.Within(options.ConnectionWindow, 1, 1_048_576);
        rules.Within(options.MaxBodyBytes, 1024, 16 * 1024 * 1024);
        rules.Within(options.MaxHeaderBytes, 0, 64 * 1024);
        rules.Within(options.MaxOutstandingSends, 1, 4_096);
        rules.Within(options.PublishQueueCapacity, 1, 1_048_576);
        rules.Within(options.PublishQueueBytes, 1024 * 1024, 16L * 1024 * 1024 * 1024);
        rules.Within(options.SendTimeout, Tenth, TimeSpan.FromMinutes(10));
        rules.Within(options.StallAfter, Tenth, TimeSpan.FromHours(1));
        rules.Within(options.TailCheckInterval, Tenth, TimeSpan.FromHours(1));
        rules.Within(options.FeedEntries, 0, 65_536);
        rules.Within(options.FeedBytes, 0, 1024 * 1024 * 1024);
        rules.Require(options.Json is not null, "options.Json must not be null");
        rules.Require(
            options.SendTimeout < options.DeduplicationWindow,
            "options.SendTimeout must be less than options.DeduplicationWindow, or a repeated send could be stored twice");
        rules.Within(options.StoreAwayAfter, Tenth, TimeSpan.FromMinutes(1));
        Retention(rules, options.Retention);
        Drain(rules, options);
        return rules.Result;
    }

    private static void Drain(OptionRules rules, WsmqOptions options)
    {
        rules.Within(options.Drain.Timeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        rules.Within(options.Drain.Spread, TimeSpan.Zero, TenMinutes);
        rules.Within(options.Drain.ReadinessDelay, TimeSpan.Zero, TenMinutes);
        rules.Require(
            options.Drain.Timeout == TimeSpan.Zero || options.Drain.ReadinessDelay <= options.Drain.Timeout,
            "options.Drain.ReadinessDelay must be at most options.Drain.Timeout");
    }

    private static void Retention(OptionRules rules, RetentionOptions retention)
    {
        rules.Within(retention.MaxAge, OneSecond, TenYears);
        rules.Within(retention.MaxCount, 1, 100_000_000);
        foreach (var special in new[] { retention.User, retention.Group })
        {
            rules.Within(special.MaxAge ?? retention.MaxAge, OneSecond, TenYears);
            rules.Within(special.MaxCount ?? retention.MaxCount, 1, 100_000_000);
        }
    }
}
