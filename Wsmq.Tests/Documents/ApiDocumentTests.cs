using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>docs/api.md is generated from the XML docs of the packages, and must match them.</summary>
public sealed class ApiDocumentTests
{
    [Fact]
    public Task The_document_of_the_api_matches_the_xml_docs() => GeneratedDocument.ShouldBeAsync("api.md", ApiSurface.ToMarkdown());

    [Fact]
    public void Every_public_type_and_member_has_a_description() =>
        ApiSurface.ToMarkdown().Split('\n').Where(line => line == "–" || line.EndsWith("| – |", StringComparison.Ordinal)).Should().BeEmpty();
}
