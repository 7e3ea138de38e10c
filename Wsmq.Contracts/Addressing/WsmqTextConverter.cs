using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Reads and writes a value in JSON as its text. The base of the converters of <see cref="WsmqAddress"/> and <see cref="WsmqPosition"/>.</summary>
/// <typeparam name="T">The type; its <c>ToString</c> is the text.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class WsmqTextConverter<T> : JsonConverter<T>
    where T : struct
{
    private protected WsmqTextConverter()
    {
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not the text of a <typeparamref name="T"/>.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    /// <inheritdoc/>
    /// <exception cref="JsonException">The name is not the text of a <typeparamref name="T"/>.</exception>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString() ?? "");
    }

    private protected abstract T Parse(string? text);
}
