using Microsoft.Extensions.Options;

namespace Wsmq.Host.Diagnostics;

/// <summary>
/// Keeps bearer tokens out of the logs. Browsers send the token in the query of the WebSocket request, and these categories log
/// queries below Warning. The filter is applied to the final rules, after every configuration source and again after each reload, so
/// that a level set for debugging does not log tokens again.
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
        // A rule for one provider wins over a rule for all providers, whatever the category: every provider that has rules gets its own.
        string?[] providers = [.. options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct()];
        foreach (var category in Categories)
        {
            // Rules at least as specific as ours, such as the name followed by a wildcard, would compete with it.
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
