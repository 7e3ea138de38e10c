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
    public override bool HandleNull => true;

    public override WireText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        try
        {
            return new WireText(value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() : null);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no text.
            return default;
        }
    }

    public override void Write(Utf8JsonWriter writer, WireText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
