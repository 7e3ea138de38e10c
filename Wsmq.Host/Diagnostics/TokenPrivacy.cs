using Microsoft.Extensions.Options;

namespace Wsmq.Host.Diagnostics;

/// <summary>
/// Keeps bearer tokens out of the logs. Browsers send theirs in the query of the WebSocket request, and these categories write
/// queries below Warning. It works on the finished rules, after every configuration source and again after each reload, because
/// a level that somebody sets for debugging must not bring the tokens back.
/// </summary>
internal sealed class TokenPrivacy : IPostConfigureOptions<LoggerFilterOptions>
{
    private static readonly string[] Categories =
    [
        "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
    ];

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        // A rule for a provider beats one for all providers, whatever its category: each provider that has rules gets its own.
        string?[] providers = [.. options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct()];
        foreach (var category in Categories)
        {
            // Rules as specific as ours, or more so (a wildcard behind the name), would compete with it.
            foreach (var rival in options.Rules.Where(rule => Competes(rule, category)).ToList())
                options.Rules.Remove(rival);
            foreach (var provider in providers)
                options.Rules.Add(new LoggerFilterRule(provider, category, LogLevel.Warning, filter: null));
        }
    }

    private static bool Competes(LoggerFilterRule rule, string category) =>
        rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true
        || (rule.CategoryName?.Contains('*', StringComparison.Ordinal) == true && rule.CategoryName.Length > category.Length);
}
