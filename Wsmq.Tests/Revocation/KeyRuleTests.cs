using Wsmq.Server.Revocation;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Revocation;

/// <summary>Keys as rules of the store.</summary>
public sealed class KeyRuleTests
{
    private const string Id = "0123456789abcdef";
    private static readonly KeyRule Shop = KeyRule.Of(Id, "shop", "secret", ["send", "View:user:*"], createdAt: 5, AccessRule.Never);

    [Fact]
    public void A_rule_is_read_as_the_key_of_which_it_was_made()
    {
        var read = KeyRule.Read(Shop.Rule);

        (read.Id, read.Name, read.IsValid(10)).Should().Be((Id, "shop", true));
        read.Scopes.Should().Equal("send", "View:user:*");
        (read.IsSecret("secret"), read.IsSecret("Secret"), read.IsSecret("")).Should().Be((true, false, false));
    }

    [Fact]
    public void A_node_parses_a_rule_once_and_not_for_each_request()
    {
        var rules = new AccessRules();
        rules.Add(Shop.Rule);

        rules.FindKey(Id).Should().BeSameAs(rules.FindKey(Id)).And.BeSameAs(rules.Keys.Single());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[\"shop\"]")]
    [InlineData("[\"shop\",\"aGFzaA==\",\"send\"]")]
    [InlineData("[\"shop\",\"not base64\",\"send\"]")]
    [InlineData("[\"shop\",null,\"send\"]")]
    [InlineData("{}")]
    [InlineData("null")]
    public void A_rule_that_is_corrupt_is_no_key(string rest)
    {
        var read = KeyRule.Read(new AccessRule(AccessRuleKind.Key, Id + rest, 5, AccessRule.Never));

        (read.Id, read.IsValid(10), read.IsSecret("secret"), read.IsSecret("")).Should().Be((Id, false, false, false));
    }

    [Fact]
    public void A_rule_that_was_revoked_or_has_expired_is_no_key()
    {
        KeyRule.Read(Shop.Rule with { At = 0 }).IsValid(10).Should().BeFalse();
        KeyRule.Read(Shop.Rule with { Until = 10 }).IsValid(10).Should().BeFalse();
    }
}
