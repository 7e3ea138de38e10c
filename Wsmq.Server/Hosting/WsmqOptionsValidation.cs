using System.Globalization;
using Microsoft.Extensions.Options;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Hosting;

/// <summary>Validates every option when the app starts. Each error text states the allowed values.</summary>
internal sealed class WsmqOptionsValidation : IValidateOptions<WsmqOptions>
{
    private const long MostBytes = 1024L * 1024 * 1024 * 1024;
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3650);
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    public ValidateOptionsResult Validate(string? name, WsmqOptions options)
    {
        var rules = new OptionRules(nameof(WsmqOptions));
        rules.Within(options.Publish.DeduplicationWindow, OneSecond, TimeSpan.FromDays(1));
        rules.Within(options.Publish.ProducerExpiry, OneSecond, TimeSpan.FromDays(30));
        rules.Within(options.Publish.SequenceRetention, OneSecond, TimeSpan.FromDays(400));
        rules.Within(options.Publish.MaxDelay, TimeSpan.Zero, TenYears);
        rules.Within(options.Publish.MaxStateKeys, 0, 100_000);
        rules.Within(options.Publish.MaxStateBytes, 1024, 64 * 1024 * 1024);
        rules.Within(options.Delivery.AckGrace, TimeSpan.Zero, TimeSpan.FromDays(1));
        rules.Within(options.Devices.MaxPerUser, 1, 1_000);
        rules.Within(options.Devices.Expiry, OneSecond, TenYears);
        rules.Within(options.Delivery.MaxInFlightMessages, 1, 65_536);
        rules.Within(options.Delivery.MaxInFlightMessagesPerConnection, 1, 1_048_576);
        rules.Within(options.Publish.MaxBodyBytes, 1024, 16 * 1024 * 1024);
        rules.Within(options.Publish.MaxHeaderBytes, 0, 64 * 1024);
        rules.Within(options.Publish.MaxInFlightSends, 1, 4_096);
        rules.Within(options.Publish.QueueCapacity, 1, 1_048_576);
        rules.Within(options.Publish.QueueBytes, 1024 * 1024, 16L * 1024 * 1024 * 1024);
        rules.Within(options.Publish.SendTimeout, Tenth, TimeSpan.FromMinutes(10));
        rules.Within(options.Delivery.SlowestLinkBitsPerSecond, 1_000, 1_000_000_000);
        rules.Within(options.Delivery.StallAfter, Tenth, TimeSpan.FromHours(1));
        rules.Within(options.Delivery.TailCheckInterval, Tenth, TimeSpan.FromHours(1));
        rules.Within(options.Delivery.CachedEntriesPerAddress, 0, 65_536);
        rules.Within(options.Delivery.CachedBytesPerAddress, 0, 1024 * 1024 * 1024);
        rules.Within(options.Delivery.MaxFilters, 0, 65_536);
        rules.Within(options.Delivery.MaxFilterBytes, 64, 4_096);
        rules.Within(options.DeadLetters.MaxAttempts, 0, 1_000_000);
        rules.Within(options.DeadLetters.MaxSilentAttempts, 0, 1_000_000);
        rules.Within(options.DeadLetters.MaxCount, 1, 10_000);
        rules.Within(options.DeadLetters.MaxRuns, 1, 1_000);
        rules.Within(options.DeadLetters.RunRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        rules.Within(options.DeadLetters.MaxRunRate, 1, 10_000);
        rules.Within(options.DeadLetters.MaxRunsPerNode, 1, 1_000);
        rules.Within(options.DeadLetters.RunLease, OneSecond, TimeSpan.FromMinutes(5));
        rules.Require(options.Publish.Json is not null, "options.Publish.Json must not be null");
        rules.Require(
            options.Publish.SendTimeout < options.Publish.DeduplicationWindow,
            "options.Publish.SendTimeout must be less than options.Publish.DeduplicationWindow, or a repeated send could be stored twice");
        rules.Require(
            options.Publish.SendTimeout < options.Publish.ProducerExpiry,
            "options.Publish.SendTimeout must be less than options.Publish.ProducerExpiry, or a repeated send could be stored twice");
        rules.Require(
            options.Publish.SendTimeout < options.Publish.SequenceRetention,
            "options.Publish.SendTimeout must be less than options.Publish.SequenceRetention, or a repeated send could be stored twice");
        Retention(rules, options.Retention, options.Publish.MaxBodyBytes);
        Limits(rules, options.Limits);
        LimitClasses(rules, options.Limits);
        Queues(rules, options);
        Drain(rules, options);
        rules.Within(options.Delivery.StoreUnavailableAfter, Tenth, TimeSpan.FromMinutes(1));
        Access(rules, options.Access);
        Nodes(rules, options.Nodes);
        Presence(rules, options.Presence);
        rules.Within(options.Tracking.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31));
        rules.Within(options.Tracking.MaxMembers, 1, 100_000);
        Unacknowledged(rules, options.Unacknowledged, options.Retention.For(WsmqAddressKind.User).MaxAge);
        rules.Within(options.Requests.MaxTimeout, OneSecond, TimeSpan.FromHours(1));
        rules.Within(options.Requests.MaxOpen, 1, 1_024);
        rules.Within(options.Requests.MaxWaiting, 0, 65_536);
        rules.Within(options.Endpoint.StreamKeepAlive, TimeSpan.FromSeconds(1), TenMinutes);
        foreach (var origin in options.Endpoint.AllowedOrigins)
        {
            rules.Require(
                origin == Origin.Any || Origin.TryParse(origin, out _) || Origin.IsLiteral(origin),
                $"options.Endpoint.AllowedOrigins holds '{origin}'; write an origin as https://app.example.com, without a path; use * to allow all origins, and null or a scheme such as file:// for pages inside of apps");
        }

        return rules.Result;
    }

    private static void Access(OptionRules rules, WsmqAccessOptions access)
    {
        rules.Require(!string.IsNullOrEmpty(access.TokenIdClaim), "options.Access.TokenIdClaim must name a claim");
        rules.Require(!string.IsNullOrEmpty(access.IssuedAtClaim), "options.Access.IssuedAtClaim must name a claim");
        rules.Within(access.MaxTokenLifetime, TimeSpan.FromMinutes(1), TenYears);
        rules.Within(access.MaxRules, 100, 1_000_000);
        rules.Within(access.CheckInterval, Tenth, TimeSpan.FromMinutes(1));
    }

    private static void Nodes(OptionRules rules, WsmqNodeOptions nodes)
    {
        rules.Require(nodes.Name is null or { Length: >= 1 and <= 128 }, "options.Nodes.Name must have 1 to 128 characters, or be null");
        rules.Within(nodes.AnswerTimeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30));
        rules.Within(nodes.Expiry, OneSecond, TimeSpan.FromHours(1));
    }

    private static void Presence(OptionRules rules, WsmqPresenceOptions presence)
    {
        rules.Within(presence.Grace, TimeSpan.Zero, TenMinutes);
        rules.Within(presence.MaxDataBytes, 0, 4096);
        rules.Within(presence.MaxGroupMembers, 0, 5_000);
        rules.Within(presence.MaxWatches, 1, 10_000);
        rules.Within(presence.LastSeenExpiry, TimeSpan.Zero, TenYears);
    }

    private static void Unacknowledged(OptionRules rules, WsmqUnacknowledgedOptions unacknowledged, TimeSpan retained)
    {
        rules.Within(unacknowledged.After, Tenth, TimeSpan.FromDays(30));
        rules.Within(unacknowledged.Gather, TimeSpan.Zero, TenMinutes);
        rules.Within(unacknowledged.MaxBatch, 1, 1_000);
        rules.Within(unacknowledged.MaxCalls, 1, 1_000);
        rules.Within(unacknowledged.Timeout, OneSecond, TenMinutes);
        rules.Within(unacknowledged.MaxAttempts, 1, 10_000);
        rules.Require(
            !unacknowledged.Types.Any(string.IsNullOrEmpty), "options.Unacknowledged.Types must not hold an empty name; * is all that have a type");
        rules.Require(unacknowledged.Header != string.Empty, "options.Unacknowledged.Header must name a header, or be null");
        rules.Require(
            unacknowledged.HeaderValue is null || unacknowledged.Header is not null,
            "options.Unacknowledged.HeaderValue needs options.Unacknowledged.Header");
        rules.Require(
            !unacknowledged.HasHook || unacknowledged.After + unacknowledged.Gather < retained,
            "options.Unacknowledged.After and Gather must be less than users' messages are retained, or they would be removed before the hook is told");
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

    private static void Limits(OptionRules rules, WsmqLimitOptions limits)
    {
        const int MostARate = 1_000_000;
        const int MostAtOnce = 10_000_000;
        rules.Within(limits.ConnectionSendsPerSecond, 0, MostARate);
        rules.Within(limits.ConnectionSendBurst, 1, MostAtOnce);
        rules.Within(limits.UserSendsPerSecond, 0, MostARate);
        rules.Within(limits.UserSendBurst, 1, MostAtOnce);
        rules.Within(limits.UserSendBytesPerMinute, 0, MostBytes);
        rules.Within(limits.UserSendByteBurst, 1024, MostBytes);
        rules.Within(limits.UserStorePercent, 0, 100);
        rules.Within(limits.UserNewAddressesPerHour, 0, MostARate);
        rules.Within(limits.UserNewAddressBurst, 1, MostAtOnce);
        rules.Within(limits.UserProducersPerHour, 0, MostARate);
        rules.Within(limits.UserDelayedMessages, 0, 10_000_000);
        rules.Within(limits.UserSequences, 0, 10_000_000);
        rules.Within(limits.UserTrackedMessages, 0, 10_000_000);
        rules.Within(limits.UserProducerBurst, 1, MostAtOnce);
        rules.Within(limits.UserResumesPerSecond, 0, MostARate);
        rules.Within(limits.UserResumeBurst, 1, MostAtOnce);
        rules.Within(limits.UserReadBytesPerSecond, 0, MostBytes);
        rules.Within(limits.UserReadByteBurst, 1024, MostBytes);
        rules.Within(limits.UserBytesInProgress, 1024 * 1024, 16L * 1024 * 1024 * 1024);
        rules.Within(limits.UserUnwrittenBytes, 1024 * 1024, 16L * 1024 * 1024 * 1024);
        rules.Within(limits.UserConnectsPerMinute, 0, MostARate);
        rules.Within(limits.UserConnectBurst, 1, MostAtOnce);
        rules.Within(limits.ConnectionsPerUser, 1, 1_000_000);
        rules.Within(limits.ConnectionsPerNode, 1, 10_000_000);
        rules.Within(limits.PendingConnectionsPerUser, 1, 1_000_000);
        rules.Within(limits.PendingConnectionsPerAddress, 1, 1_000_000);
        rules.Within(limits.PendingConnectionsPerNode, 1, 10_000_000);
        rules.Within(limits.HandshakeTimeout, Tenth, TimeSpan.FromMinutes(1));
        rules.Within(limits.GroupsPerUser, 1, 1_000_000);
    }

    // A class is validated together with the general values that it inherits.
    private static void LimitClasses(OptionRules rules, WsmqLimitOptions limits)
    {
        rules.Require(limits.ClassClaim != string.Empty, "options.Limits.ClassClaim must name a claim, or be null");
        foreach (var (name, special) in limits.Classes)
        {
            rules.Require(name.Length > 0, "options.Limits.Classes holds a class without a name");
            rules.Scope = $"options.Limits.Classes[{name}]: ";
            rules.Require(special is not null, "it is null");
            if (special is not null)
                Limits(rules, limits.With(special));
            rules.Scope = string.Empty;
        }
    }

    private static void Queues(OptionRules rules, WsmqOptions options)
    {
        foreach (var (name, queue) in options.Queues)
        {
            rules.Scope = $"options.Queues[{name}]: ";
            rules.Require(WsmqAddress.TryParse($"work:{name}", out _, out var defect), $"the name is invalid: {defect?.Text}");
            rules.Require(queue is not null, "it is null");
            if (queue is not null)
                Queue(rules, queue);
            rules.Scope = string.Empty;
        }
    }

    private static void Queue(OptionRules rules, WsmqQueueOptions queue)
    {
        rules.Within(queue.Version, 0, 1_000_000_000);
        rules.Within(queue.Lease, OneSecond, TimeSpan.FromDays(1));
        rules.Within(queue.MaxAttempts, 1, 9_999);
        rules.Within(queue.MaxLostLeases, 1, 9_999);
        rules.Within(queue.MinBackoff, TimeSpan.Zero, TimeSpan.FromDays(1));
        rules.Within(queue.MaxBackoff, queue.MinBackoff, TimeSpan.FromDays(30));
        rules.Within(queue.MaxInFlight, 0, 1_000_000);
        rules.Require(
            queue.MaxPerSecond is 0 or (>= 0.001 and <= 100_000),
            string.Create(CultureInfo.InvariantCulture, $"MaxPerSecond is {queue.MaxPerSecond}; it must be 0, or from 0.001 to 100000"));
        rules.Within(queue.MaxWaiting, 1, 100_000_000);
        rules.Within(queue.MaxBytes, 1024 * 1024, MostBytes);
        rules.Within(queue.MaxDelay, OneSecond, TenYears);
        rules.Within(queue.MaxDeadLetters, 1, 10_000_000);
        rules.Within(queue.MaxDeadLetterBytes, 1024 * 1024, MostBytes);
        rules.Within(queue.MaxDeadLetterAge, TimeSpan.FromMinutes(1), TenYears);
        rules.Within(queue.OutcomeRetention, TimeSpan.Zero, TimeSpan.FromDays(30));
        rules.Within(queue.MaxOutcomes, 1_000, 10_000_000);
    }

    private static void Retention(OptionRules rules, WsmqRetentionOptions retention, int maxBodyBytes)
    {
        rules.Within(retention.MaxAge, OneSecond, TenYears);
        rules.Within(retention.MaxCount, 1, 100_000_000);
        rules.Within(retention.MaxBytes, MostBytes / 1024 / 1024, MostBytes);
        rules.Require(
            new[] { retention.User, retention.Group }.Min(r => r.MaxBytes ?? retention.MaxBytes) >= maxBodyBytes,
            "options.Retention.MaxBytes must be at least options.Publish.MaxBodyBytes: a log always retains its newest entry");
        foreach (var (name, special) in new[] { ("User", retention.User), ("Group", retention.Group) })
        {
            if (special.MaxAge is { } age)
                rules.Within(age, OneSecond, TenYears, $"retention.{name}.{nameof(special.MaxAge)}");
            if (special.MaxCount is { } count)
                rules.Within(count, 1, 100_000_000, $"retention.{name}.{nameof(special.MaxCount)}");
            if (special.MaxBytes is { } bytes)
                rules.Within(bytes, MostBytes / 1024 / 1024, MostBytes, $"retention.{name}.{nameof(special.MaxBytes)}");
        }
    }
}
