using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Reads and writes an address in JSON as its text. Public because the JSON source generator of another assembly has to create it; apps
/// have no use for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WsmqAddressConverter : JsonConverter<WsmqAddress>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not the text of an address.</exception>
    public override WsmqAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    /// <inheritdoc/>
    public override WsmqAddress ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, WsmqAddress value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, WsmqAddress value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString());
    }

    private static WsmqAddress Parse(string? text) => WsmqAddress.TryParse(text, out var value) ? value : throw new JsonException("The text is no address.");
}
