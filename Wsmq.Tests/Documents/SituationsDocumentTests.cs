using System.Text.RegularExpressions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>docs/situations.md names only tests that exist.</summary>
public sealed partial class SituationsDocumentTests
{
    [Fact]
    public void Every_test_class_named_in_the_document_exists()
    {
        var named = File.ReadLines(SourceTree.PathOf("docs", "situations.md"))
            .Where(line => line.StartsWith('|'))
            .SelectMany(line => Names().Matches(line.Split('|')[^2]).Select(m => m.Groups[1].Value))
            .Distinct()
            .ToList();

        named.Should().HaveCountGreaterThan(50);
        named.Where(name => !Exists(name)).Should().BeEmpty();
    }

    private static bool Exists(string name) => name.EndsWith(".test.js", StringComparison.Ordinal)
        ? File.Exists(SourceTree.PathOf("Wsmq.Tests", "PlainClients", name))
        : Array.Exists(typeof(SituationsDocumentTests).Assembly.GetTypes(), type => type.Name == name);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Names();
}
