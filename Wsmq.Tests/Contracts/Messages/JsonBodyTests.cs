using System.Text.Json;
using CsCheck;

namespace Wsmq.Tests.Contracts;

public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("null")]
    [InlineData(" {\"a\":[1,2,{\"b\":null}]} ")]
    [InlineData("\"\\u001e\"")]
    [InlineData("-1.5e300")]
    public void A_single_JSON_value_is_kept_byte_for_byte(string json) => WsmqJsonBody.Parse(json).ToString().Should().Be(json);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1 2")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}}")]
    [InlineData("[1,]")]
    [InlineData("1 // comment")]
    [InlineData("\"a\u001eb\"")]
    [InlineData("{}\u001e{}")]
    [InlineData("NaN")]
    [InlineData("'a'")]
    [InlineData("\uFEFF1")]
    public void Text_that_is_not_a_single_JSON_value_is_refused(string json) =>
        FluentActions.Invoking(() => WsmqJsonBody.Parse(json)).Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.InvalidBody);

    [Fact]
    public void Text_that_is_not_UTF8_is_refused() =>
        FluentActions.Invoking(() => WsmqJsonBody.Parse(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' }))
            .Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.InvalidBody);

    [Fact]
    public void JSON_that_is_deeper_than_receivers_can_read_is_refused()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        WsmqJsonBody.Parse(Nested(WsmqJsonBody.MaxDepth)).Utf8.Length.Should().Be(2 * WsmqJsonBody.MaxDepth);
        FluentActions.Invoking(() => WsmqJsonBody.Parse(Nested(WsmqJsonBody.MaxDepth + 1))).Should().Throw<WsmqException>();
    }

    [Fact]
    public void No_accepted_body_contains_a_frame_separator_or_a_second_value() => Gen.Byte.Array.Sample(bytes =>
    {
        if (!WsmqJsonBody.TryParse(bytes, out var body, out var detail))
            return detail is not null;
        using var document = JsonDocument.Parse(body.Utf8);
        return !bytes.Contains((byte)0x1E);
    });

    [Fact]
    public void A_serialized_message_is_read_back_unchanged()
    {
        var message = new WsmqOutgoingMessage
        {
            To = "user:bob",
            Id = "1",
            Type = "t",
            Body = WsmqJsonBody.Parse("{\"a\" : [1]}"),
            Headers = new Dictionary<string, string> { ["k"] = "v\u2028" },
            CorrelationId = "c",
            ReplyTo = "user:alice",
        };
        var json = JsonSerializer.Serialize(message, JsonSerializerOptions.Web);
        JsonSerializer.Deserialize<WsmqOutgoingMessage>(json, JsonSerializerOptions.Web).Should().BeEquivalentTo(message);
        json.Should().Contain("{\"a\" : [1]}", "bodies are forwarded as they are");
    }
}
