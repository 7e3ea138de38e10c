namespace Wsmq.Tests.Nodes.Authorization;

/// <summary>docs/authorization.md says what the table says.</summary>
public sealed class AuthorizationDocumentTests
{
    /// <summary>Set to anything, the test writes the document instead of comparing it.</summary>
    private const string Write = "WSMQ_WRITE_DOCS";

    [Fact]
    public async Task The_document_is_the_table()
    {
        if (Environment.GetEnvironmentVariable(Write) is not null)
            await File.WriteAllTextAsync(Document(), AuthorizationTable.ToMarkdown());

        (await File.ReadAllTextAsync(Document())).ReplaceLineEndings("\n").Should().Be(AuthorizationTable.ToMarkdown(), $"{Write}=1 writes it anew");
    }

    private static string Document() => SourceTree.PathOf("docs", "authorization.md");
}
