using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>docs/api.md is generated from the XML docs of the packages, and must match them.</summary>
public sealed class ApiDocumentTests
{
    /// <summary>Environment variable: if it is set to any value, the test writes the document before it compares it.</summary>
    private const string Write = "WSMQ_WRITE_DOCS";

    [Fact]
    public async Task The_document_of_the_api_matches_the_xml_docs()
    {
        var expected = ApiSurface.ToMarkdown();
        if (Environment.GetEnvironmentVariable(Write) is not null)
            await File.WriteAllTextAsync(Document(), expected);

        (await File.ReadAllTextAsync(Document())).ReplaceLineEndings("\n").Should().Be(expected, $"{Write}=1 writes the document again");
    }

    [Fact]
    public void Every_public_type_and_member_has_a_description() =>
        ApiSurface.ToMarkdown().Split('\n').Where(line => line == "–" || line.EndsWith("| – |", StringComparison.Ordinal)).Should().BeEmpty();

    private static string Document() => SourceTree.PathOf("docs", "api.md");
}
