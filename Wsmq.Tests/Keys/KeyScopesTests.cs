using Wsmq.Server.Authorization;

namespace Wsmq.Tests.Keys;

/// <summary>What the scopes of a key allow, and what is no scope.</summary>
public sealed class KeyScopesTests
{
    [Theory]
    [InlineData("send", "send", "user:bob", true)]
    [InlineData("SEND", "send", "work:emails", true)]
    [InlineData("send:user:bob", "send", "user:bob", true)]
    [InlineData("send:user:bob", "send", "user:bobby", false)]
    [InlineData("send:user:bob", "send", "group:bob", false)]
    [InlineData("send:user:*", "send", "user:urn:a:b", true)]
    [InlineData("send:user:*", "send", "work:emails", false)]
    [InlineData("send:work:*", "send", "work:emails", true)]
    [InlineData("send:group:*", "send", "group:ops", true)]
    [InlineData("send", "read", "user:bob", false)]
    [InlineData("read", "send", "user:bob", false)]
    [InlineData("View", "View", null, true)]
    [InlineData("View:user:bob", "View", null, false)]
    [InlineData("View", "ReadBody", "user:bob", false)]
    public void A_scope_covers_what_it_names_and_nothing_else(string scope, string verb, string? target, bool covers) =>
        KeyScopes.Covers(scope, verb, target is null ? null : WsmqAddress.Parse(target)).Should().Be(covers);

    [Theory]
    [InlineData("ManageKeys")]
    [InlineData("managekeys:user:bob")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("send:")]
    [InlineData("send:bob")]
    [InlineData("send:*")]
    [InlineData("sends")]
    [InlineData("7")]
    public void Anything_else_is_no_scope(string scope) =>
        FluentActions.Invoking(() => KeyScopes.Check([scope])).Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.InvalidMessage);

    [Fact]
    public void A_key_has_1_to_64_scopes()
    {
        FluentActions.Invoking(() => KeyScopes.Check([])).Should().Throw<WsmqException>();
        FluentActions.Invoking(() => KeyScopes.Check([.. Enumerable.Repeat("send", 65)])).Should().Throw<WsmqException>();
        KeyScopes.Check([.. Enumerable.Repeat("send", 64)]);
    }
}
