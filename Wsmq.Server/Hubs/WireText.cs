using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A text argument of the hub. On the wire it is a string; anything else is taken as no text, so that the hub can answer with a
/// code where SignalR would answer a wrong type with a binding error without one.
/// </summary>
/// <param name="Value">The text, or null where the argument was none.</param>
[JsonConverter(typeof(WireTextConverter))]
public readonly record struct WireText(string? Value);

internal sealed class WireTextConverter : JsonConverter<WireText>
{
    // More than an address, a position or a reason that is kept may have: it stays too long, and is not held as long as it was sent.
    private const int Most = 1_024;

    public override bool HandleNull => true;

    public override WireText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return default;
        }

        try
        {
            var text = WireReader.TextOf(ref reader);
            return new WireText(text.Length <= Most ? text : text[..Most]);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no text.
            return default;
        }
    }

    public override void Write(Utf8JsonWriter writer, WireText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
