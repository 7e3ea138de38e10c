using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Limits;

/// <summary>The general limits and those of each class, and which of them apply to a user.</summary>
internal sealed class LimitClasses
{
    // Unknown class names from the app's function must not fill the log.
    private const int MostReported = 16;

    private readonly WsmqLimitOptions _options;
    private readonly FrozenDictionary<string, LimitRules> _classes;
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);
    private readonly ILogger _logger;

    public LimitClasses(IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<LimitClasses> logger)
    {
        (_options, _logger) = (options.Value.Limits, logger);
        LimitRules Rules(WsmqLimitOptions limits) => new(limits, options.Value.Publish.MaxInFlightSends, time, metrics);
        General = Rules(_options);
        _classes = _options.Classes.ToFrozenDictionary(c => c.Key, c => Rules(_options.With(c.Value)), StringComparer.Ordinal);
    }

    /// <summary>The limits of users that are in no class.</summary>
    public LimitRules General { get; }

    public LimitRules Of(ClaimsPrincipal user)
    {
        if (_options.ClassProvider is { } choose)
            return choose(user) is { } name ? Named(name) : General;
        if (_options.ClassClaim is not { } claim)
            return General;
        foreach (var found in user.FindAll(claim))
        {
            if (_classes.TryGetValue(found.Value, out var rules))
                return rules;
        }

        return General;
    }

    private LimitRules Named(string name)
    {
        if (_classes.TryGetValue(name, out var rules))
            return rules;
        if (_reported.Count < MostReported && _reported.TryAdd(name, true))
            Log.UnknownLimitClass(_logger, name);
        return General;
    }
}
