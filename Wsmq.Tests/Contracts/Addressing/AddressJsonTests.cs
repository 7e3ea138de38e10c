using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Tests.Contracts;

/// <summary>Addresses and positions in JSON: in what an app returns from its endpoints, and in bodies of messages.</summary>
public sealed partial class AddressJsonTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    [Fact]
    public void Addresses_and_positions_are_written_as_their_text_and_read_back()
    {
        var bookmark = new Bookmark(Bob, WsmqPosition.Parse("0000000000000007"), null);

        var json = JsonSerializer.Serialize(bookmark, JsonSerializerOptions.Web);

        json.Should().Be("""{"source":"user:bob","after":"0000000000000007","replyTo":null}""");
        JsonSerializer.Deserialize<Bookmark>(json, JsonSerializerOptions.Web).Should().Be(bookmark);
        JsonSerializer.Deserialize(json, BookmarkJson.Default.Bookmark).Should().Be(bookmark);
    }

    [Fact]
    public void Addresses_and_positions_can_be_keys_of_a_dictionary()
    {
        var positions = new Dictionary<WsmqAddress, Dictionary<WsmqPosition, int>> { [Bob] = new() { [WsmqPosition.Start] = 1 } };

        var json = JsonSerializer.Serialize(positions);

        json.Should().Be("""{"user:bob":{"0000000000000000":1}}""");
        JsonSerializer.Deserialize<Dictionary<WsmqAddress, Dictionary<WsmqPosition, int>>>(json).Should().BeEquivalentTo(positions);
    }

    [Fact]
    public void A_dead_letter_isAddresswritten_with_its_address_and_position()
    {
        var letter = new WsmqDeadLetter
        {
            Id = "x", Source = Bob, Position = WsmqPosition.Parse("0000000000000007"), Device = "default", Attempts = 1,
            DeadLetteredAt = DateTimeOffset.UnixEpoch, Reason = "",
        };

        JsonSerializer.Serialize(letter, JsonSerializerOptions.Web).Should()
            .Contain("\"source\":\"user:bob\"").And.Contain("\"position\":\"0000000000000007\"");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"bob\"")]
    public void A_value_that_isAddressno_address_or_position_isAddressrefused(string json)
    {
        FluentActions.Invoking(() => JsonSerializer.Deserialize<WsmqAddress>(json)).Should().Throw<JsonException>();
        FluentActions.Invoking(() => JsonSerializer.Deserialize<WsmqPosition>(json)).Should().Throw<JsonException>();
    }

    [Theory]
    [InlineData("user:bob", true)]
    [InlineData("bob", false)]
    [InlineData(null, false)]
    public void TryParse_returns_whether_a_text_isAddressan_address(string? text, bool isAddress)
    {
        WsmqAddress.TryParse(text, out var address).Should().Be(isAddress);
        address.Should().Be(isAddress ? Bob : default);
    }

    internal sealed record Bookmark(WsmqAddress Source, WsmqPosition After, WsmqAddress? ReplyTo);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Bookmark))]
    private sealed partial class BookmarkJson : JsonSerializerContext;
}
