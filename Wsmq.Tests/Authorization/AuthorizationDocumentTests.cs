namespace Wsmq.Tests.Authorization;

/// <summary>docs/authorization.md is generated from <see cref="AuthorizationTable"/>, and must match it.</summary>
public sealed class AuthorizationDocumentTests
{
    [Fact]
    public Task The_authorization_document_matches_the_table() =>
        GeneratedDocument.ShouldBeAsync("authorization.md", AuthorizationTable.ToMarkdown());
}
