using CsCheck;

namespace Wsmq.Tests.Contracts;

public sealed class AddressTests
{
    [Theory]
    [InlineData("user:bob", WsmqAddressKind.User, "bob")]
    [InlineData("user:auth0|5f:a/b c", WsmqAddressKind.User, "auth0|5f:a/b c")]
    [InlineData("group:urn:shop:7", WsmqAddressKind.Group, "urn:shop:7")]
    [InlineData("work:jobs", WsmqAddressKind.Work, "jobs")]
    [InlineData("user:Ünïcödé", WsmqAddressKind.User, "Ünïcödé")]
    [InlineData("user:Анна", WsmqAddressKind.User, "Анна")]
    [InlineData("user:山田", WsmqAddressKind.User, "山田")]
    [InlineData("group:🚀", WsmqAddressKind.Group, "🚀")]
    public void It_is_split_at_the_first_colon(string text, WsmqAddressKind kind, string name)
    {
        var address = WsmqAddress.Parse(text);
        (address.Kind, address.Name, address.ToString()).Should().Be((kind, name, text));
    }

    [Fact]
    public void Whatever_text_it_takes_comes_back_and_nothing_makes_it_throw_something_else() =>
        Gen.Select(Gen.Int[0, 5].Select(i => new[] { "user:", "group:", "work:", "", ":", "User:" }[i]), Gen.String).Sample((prefix, rest) =>
        {
            var text = prefix + rest;
            if (WsmqAddress.TryParse(text, out var address, out var error))
                return address.ToString() == text && address == WsmqAddress.Parse(text) && error is null;
            return error is not null && FluentActions.Invoking(() => WsmqAddress.Parse(text)).Should().Throw<WsmqException>().Which.Error == error;
        });

    [Fact]
    public void A_name_of_the_greatest_length_is_taken_and_one_byte_more_is_not()
    {
        WsmqAddress.User(new string('x', WsmqAddress.MaxNameBytes)).Name.Should().HaveLength(WsmqAddress.MaxNameBytes);
        FluentActions.Invoking(() => WsmqAddress.User(new string('x', WsmqAddress.MaxNameBytes + 1)))
            .Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.NameTooLong);
    }
}
