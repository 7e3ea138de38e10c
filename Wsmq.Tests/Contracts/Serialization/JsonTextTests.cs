using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;

namespace Wsmq.Tests.Contracts;

public sealed class JsonTextTests
{
    private static readonly JsonSerializerOptions Escaping = new() { Encoder = JavaScriptEncoder.Create() };

    private sealed record Text(string Value);

    [Theory]
    [InlineData("Ж", "\"Ж\"")]
    [InlineData("漢", "\"漢\"")]
    [InlineData("😀", "\"😀\"")]
    [InlineData("<a href='x'>&+", "\"<a href='x'>&+\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("\\u0416", "\"\\\\u0416\"")]
    [InlineData("\\😀\\", "\"\\\\😀\\\\\"")]
    [InlineData("\u0001\u001e\n\u007f", "\"\\u0001\\u001E\\n\u007f\"")]
    public void Text_is_escaped_as_JavaScript_escapes_it(string text, string json) => WsmqJsonBody.From(text).ToString().Should().Be(json);

    [Fact]
    public void Names_of_members_and_keys_are_escaped_in_the_same_way() =>
        WsmqJsonBody.From(new Dictionary<string, object> { ["Ж"] = new { Имя = "😀" } }).ToString().Should().Be("""{"Ж":{"имя":"😀"}}""");

    [Fact]
    public void Unescaped_JSON_has_the_same_value_and_is_not_longer() => Gen.String.Array.Sample(texts =>
    {
        var escaped = JsonSerializer.SerializeToUtf8Bytes(texts, Escaping);
        var plain = JsonText.Unescape(escaped.ToArray());
        var read = JsonSerializer.Deserialize<string[]>(plain.Span)!;
        return read.SequenceEqual(JsonSerializer.Deserialize<string[]>(escaped)!) && plain.Length <= escaped.Length;
    });

    [Theory]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("\"\\ud83d\\ud83d\"")]
    [InlineData("\"\\ude00\\ud83d\"")]
    public void An_unpaired_surrogate_stays_escaped(string json) =>
        Encoding.UTF8.GetString(JsonText.Unescape(Encoding.UTF8.GetBytes(json)).Span).Should().Be(json);

    [Fact]
    public void An_encoder_that_the_app_chose_is_kept() =>
        WsmqJsonBody.From(new Text("Ж"), Escaping).ToString().Should().Contain("\\u0416");
}
