using System.Globalization;
using Xunit.Abstractions;

namespace Wsmq.Tests.Fuzz;

/// <summary>Counts the cases by kind and outcome, and prints them at the end of a test.</summary>
internal sealed class FuzzCounts(string title)
{
    private readonly SortedDictionary<string, SortedDictionary<string, int>> _kinds = new(StringComparer.Ordinal);

    public int Total => _kinds.Values.Sum(o => o.Values.Sum());

    public void Add(string kind, string outcome)
    {
        if (!_kinds.TryGetValue(kind, out var outcomes))
            _kinds.Add(kind, outcomes = new(StringComparer.Ordinal));
        outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
    }

    public void Print(ITestOutputHelper output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fuzz: {title}: {Total} cases"));
        foreach (var (kind, outcomes) in _kinds)
        {
            var parts = string.Join(", ", outcomes.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Key} {o.Value}")));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fuzz: {kind}: {outcomes.Values.Sum()} ({parts})"));
        }
    }
}
