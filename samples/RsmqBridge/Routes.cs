using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace RsmqBridge;

/// <summary>Which queues the bridge reads, and where the messages of each go.</summary>
internal sealed class Routes
{
    private readonly Dictionary<string, Route> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, Route Route)> _patterns = [];
    private readonly string _deadLetterSuffix;

    public Routes(IOptions<BridgeOptions> options)
    {
        _deadLetterSuffix = options.Value.DeadLetterSuffix;
        foreach (var (queue, route) in options.Value.Queues)
        {
            if (queue.EndsWith('*'))
                _patterns.Add((queue[..^1], new Route(route)));
            else
                _exact.Add(queue, new Route(route));
        }

        _patterns.Sort((a, b) => b.Prefix.Length - a.Prefix.Length);
    }

    /// <summary>The queues that are named in full.</summary>
    public IReadOnlyCollection<string> Named => _exact.Keys;

    /// <summary>Whether other queues than the named ones may have a route.</summary>
    public bool HasPatterns => _patterns.Count > 0;

    /// <summary>The route of a queue, and what the <c>*</c> of its pattern stands for.</summary>
    public bool TryFind(string queue, [NotNullWhen(true)] out Route? route, out string rest)
    {
        rest = "";
        if (_exact.TryGetValue(queue, out route))
            return true;
        if (queue.EndsWith(_deadLetterSuffix, StringComparison.Ordinal))
            return false;
        foreach (var (prefix, found) in _patterns)
        {
            if (queue.StartsWith(prefix, StringComparison.Ordinal))
            {
                (route, rest) = (found, queue[prefix.Length..]);
                return true;
            }
        }

        return false;
    }
}
