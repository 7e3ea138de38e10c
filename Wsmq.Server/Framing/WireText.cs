using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A text argument of the hub: a string on the wire. Anything else is read as null, so that the hub can answer with a code; SignalR would
/// answer a wrong type with a binding error without one.
/// </summary>
/// <param name="Value">The text, or null if the argument was not a string.</param>
[JsonConverter(typeof(WireTextConverter))]
public readonly record struct WireText(string? Value);

internal sealed class WireTextConverter : JsonConverter<WireText>
{
    // Longer than any valid address, position or stored reason: a longer text remains too long, and is not held at its full length.
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
            // Half of a surrogate pair: not a text.
            return default;
        }
    }

    public override void Write(Utf8JsonWriter writer, WireText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
