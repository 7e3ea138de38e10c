using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Reads and writes a position in JSON as its text. Public because the JSON source generator of another assembly has to create it; apps
/// have no use for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WsmqPositionConverter : JsonConverter<WsmqPosition>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not the text of a position.</exception>
    public override WsmqPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    /// <inheritdoc/>
    public override WsmqPosition ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, WsmqPosition value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, WsmqPosition value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString());
    }

    private static WsmqPosition Parse(string? text) => WsmqPosition.TryParse(text, out var value) ? value : throw new JsonException("The text is no position.");
}
