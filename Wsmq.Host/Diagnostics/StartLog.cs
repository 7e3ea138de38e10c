using Microsoft.Extensions.Options;

namespace Wsmq.Host.Diagnostics;

/// <summary>
/// Suppresses the framework's report of a failed start, which is a stack trace: Program prints the reason as one paragraph. Once
/// the host runs, the category is enabled again, because failures of background services are logged under it.
/// </summary>
internal sealed class StartLog : IPostConfigureOptions<LoggerFilterOptions>
{
    private const string Category = "Microsoft.Extensions.Hosting.Internal.Host";
    private volatile bool _started;

    public void Started() => _started = true;

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToList())
            options.Rules.Add(new LoggerFilterRule(provider, Category, LogLevel.Information, (_, _, _) => _started));
    }
}
