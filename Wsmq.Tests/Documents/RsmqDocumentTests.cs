using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>docs/rsmq.md names only tests that exist, and accounts for all tests of RSMQ.</summary>
public sealed partial class RsmqDocumentTests
{
    private const int TestsOfRsmq = 87;

    private static readonly string[][] Rows = [.. File.ReadLines(SourceTree.PathOf("docs", "rsmq.md"))
        .Where(line => line.StartsWith('|') && !line.StartsWith("| ---", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];

    [Fact]
    public void Every_test_named_in_the_document_exists()
    {
        var methods = typeof(RsmqDocumentTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(m => m.IsDefined(typeof(FactAttribute)))
            .Select(m => m.Name)
            .ToHashSet();
        var named = Rows.SelectMany(row => Names().Matches(row[^1]).Select(m => m.Groups[1].Value)).Where(IsTest).Distinct().ToList();

        named.Should().HaveCountGreaterThan(30);
        named.Where(name => name.EndsWith(".test.js", StringComparison.Ordinal)
            ? !File.Exists(SourceTree.PathOf("Wsmq.Tests", "PlainClients", name))
            : !methods.Contains(name)).Should().BeEmpty();
    }

    [Fact]
    public void Each_test_of_RSMQ_has_its_row() =>
        Rows.Where(row => row.Length == 4 && int.TryParse(row[0], out _)).Sum(row => int.Parse(row[0], CultureInfo.InvariantCulture))
            .Should().Be(TestsOfRsmq);

    private static bool IsTest(string name) => name.EndsWith(".test.js", StringComparison.Ordinal) || name.Contains('_', StringComparison.Ordinal);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Names();
}
