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
    public void An_address_is_split_at_its_first_colon(string text, WsmqAddressKind kind, string name)
    {
        var address = WsmqAddress.Parse(text);
        (address.Kind, address.Name, address.ToString()).Should().Be((kind, name, text));
    }

    [Fact]
    public void Any_accepted_text_round_trips_and_any_other_throws_only_WsmqException() =>
        Gen.Select(Gen.Int[0, 5].Select(i => new[] { "user:", "group:", "work:", "", ":", "User:" }[i]), Gen.String).Sample((prefix, rest) =>
        {
            var text = prefix + rest;
            if (WsmqAddress.TryParse(text, out var address, out var error))
                return address.ToString() == text && address == WsmqAddress.Parse(text) && error is null;
            return error is not null && FluentActions.Invoking(() => WsmqAddress.Parse(text)).Should().Throw<WsmqException>().Which.Error == error;
        });

    [Fact]
    public void A_name_of_the_maximum_length_is_accepted_and_one_byte_more_is_refused()
    {
        WsmqAddress.User(new string('x', WsmqAddress.MaxNameBytes)).Name.Should().HaveLength(WsmqAddress.MaxNameBytes);
        FluentActions.Invoking(() => WsmqAddress.User(new string('x', WsmqAddress.MaxNameBytes + 1)))
            .Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.NameTooLong);
    }
}
