namespace Wsmq.Tests.Authorization;

/// <summary>docs/authorization.md is generated from <see cref="AuthorizationTable"/>, and must match it.</summary>
public sealed class AuthorizationDocumentTests
{
    /// <summary>Environment variable: if it is set to any value, the test writes the document before it compares it.</summary>
    private const string Write = "WSMQ_WRITE_DOCS";

    [Fact]
    public async Task The_authorization_document_matches_the_table()
    {
        if (Environment.GetEnvironmentVariable(Write) is not null)
            await File.WriteAllTextAsync(Document(), AuthorizationTable.ToMarkdown());

        (await File.ReadAllTextAsync(Document())).ReplaceLineEndings("\n")
            .Should().Be(AuthorizationTable.ToMarkdown(), $"{Write}=1 writes the document again");
    }

    private static string Document() => SourceTree.PathOf("docs", "authorization.md");
}
