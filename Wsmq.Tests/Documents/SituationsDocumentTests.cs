using System.Reflection;
using System.Text.RegularExpressions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>docs/situations.md names only tests that exist.</summary>
public sealed partial class SituationsDocumentTests
{
    private static readonly HashSet<string> Tests = [.. typeof(SituationsDocumentTests).Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(m => m.IsDefined(typeof(FactAttribute)))
        .Select(m => m.Name)];

    [Fact]
    public void Every_test_named_in_the_document_exists()
    {
        // All columns but the first one, which describes the situation.
        var named = File.ReadLines(SourceTree.PathOf("docs", "situations.md"))
            .Where(line => line.StartsWith('|'))
            .SelectMany(line => line.Split('|').Skip(2))
            .SelectMany(cell => Names().Matches(cell).Select(m => m.Groups[1].Value))
            .Distinct()
            .ToList();

        named.Should().HaveCountGreaterThan(50);
        named.Where(name => !Exists(name)).Should().BeEmpty();
    }

    private static bool Exists(string name) => name.EndsWith(".test.js", StringComparison.Ordinal)
        ? File.Exists(SourceTree.PathOf("Wsmq.Tests", "PlainClients", name))
            || File.Exists(SourceTree.PathOf("clients", "typescript", "test", name))
        : Tests.Contains(name) || Array.Exists(typeof(SituationsDocumentTests).Assembly.GetTypes(), type => type.Name == name);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Names();
}
