using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// The JSON body of a message: exactly one JSON value as UTF-8 bytes. It is validated when it is created, and then stored and forwarded
/// byte for byte; a second value or a frame separator in it would become a frame of its own in a receiver's connection. Create one with
/// <see cref="Parse(string)"/> or <c>From</c>, and read it with <c>To</c>. The default value is JSON <c>null</c>.
/// </summary>
[JsonConverter(typeof(JsonBodyConverter))]
public readonly struct WsmqJsonBody : IEquatable<WsmqJsonBody>
{
    /// <summary>
    /// The maximum nesting depth of a body: 48 levels. A hub frame adds levels of its own, and JSON readers accept 64 by default.
    /// </summary>
    public const int MaxDepth = 48;

    private static readonly byte[] Null = "null"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _utf8;

    private WsmqJsonBody(ReadOnlyMemory<byte> checkedUtf8) => _utf8 = checkedUtf8;

    /// <summary>The JSON value as UTF-8 bytes.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8.IsEmpty ? Null : _utf8;

    /// <summary>
    /// Creates a body from UTF-8 bytes with exactly one JSON value. The bytes are not copied: do not change them afterwards.
    /// </summary>
    /// <param name="utf8">The bytes; white space around the value is preserved.</param>
    /// <exception cref="WsmqException"><c>invalid-body</c>: not exactly one JSON value, not UTF-8, or nested too deeply.</exception>
    public static WsmqJsonBody Parse(ReadOnlyMemory<byte> utf8) =>
        TryParse(utf8, out var body, out var detail) ? body : throw new WsmqException(WsmqErrors.InvalidBody, detail);

    /// <summary>Creates a body from a JSON text with exactly one value.</summary>
    /// <param name="json">The JSON text.</param>
    /// <exception cref="WsmqException"><c>invalid-body</c>: not exactly one JSON value, or nested too deeply.</exception>
    public static WsmqJsonBody Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>
    /// Serializes a value with source-generated metadata; safe for trimmed and native AOT clients. The value is written by its run-time
    /// type, unless the declared type defines how derived types are serialized (<c>[JsonDerivedType]</c>).
    /// </summary>
    /// <param name="value">The value to send.</param>
    /// <param name="typeInfo">The JSON metadata of the declared type.</param>
    /// <typeparam name="T">The declared type of the value.</typeparam>
    /// <exception cref="WsmqException"><c>invalid-body</c>: it cannot be written as JSON, or nests too deeply.</exception>
    public static WsmqJsonBody From<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return TypedBody.Of(value, typeInfo);
    }

    /// <summary>
    /// Serializes a value by reflection. The value is written by its run-time type, unless the declared type defines how derived types
    /// are serialized (<c>[JsonDerivedType]</c>).
    /// </summary>
    /// <param name="value">The value to send.</param>
    /// <param name="options">The serializer options. Default null: web defaults (camel case).</param>
    /// <typeparam name="T">The declared type of the value.</typeparam>
    /// <exception cref="WsmqException"><c>invalid-body</c>: it cannot be written as JSON, or nests too deeply.</exception>
    [RequiresUnreferencedCode("Serializes by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)] // A literal null fits both overloads; this makes the call unambiguous.
    public static WsmqJsonBody From<T>(T value, JsonSerializerOptions? options = null) =>
        TypedBody.Of(value, TypedBody.ByReflection<T>(options));

    /// <summary>Deserializes the body with source-generated metadata; safe for trimmed and native AOT clients.</summary>
    /// <param name="typeInfo">The JSON metadata of the type.</param>
    /// <typeparam name="T">The type to deserialize to.</typeparam>
    /// <exception cref="JsonException">The body does not fit the type.</exception>
    /// <exception cref="NotSupportedException">The type cannot be deserialized, for example an interface.</exception>
    public T? To<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Utf8.Span, typeInfo);

    /// <summary>Deserializes the body by reflection.</summary>
    /// <param name="options">The serializer options. Default null: web defaults (camel case).</param>
    /// <typeparam name="T">The type to deserialize to.</typeparam>
    /// <exception cref="JsonException">The body does not fit the type.</exception>
    /// <exception cref="NotSupportedException">The type cannot be deserialized, for example an interface.</exception>
    [RequiresUnreferencedCode("Reads by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Reads by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)]
    public T? To<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(Utf8.Span, options ?? JsonSerializerOptions.Web);

    /// <summary>Returns the JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>Returns whether both bodies have the same bytes.</summary>
    public bool Equals(WsmqJsonBody other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WsmqJsonBody other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>Returns whether both bodies have the same bytes.</summary>
    public static bool operator ==(WsmqJsonBody left, WsmqJsonBody right) => left.Equals(right);

    /// <summary>Returns whether the bodies have different bytes.</summary>
    public static bool operator !=(WsmqJsonBody left, WsmqJsonBody right) => !left.Equals(right);

    /// <summary>Skips validation: for bytes read back from a store, or taken from a parsed document.</summary>
    internal static WsmqJsonBody Trusted(ReadOnlyMemory<byte> utf8) => new(utf8);

    internal static bool TryParse(ReadOnlyMemory<byte> utf8, out WsmqJsonBody body, out string? detail)
    {
        body = default;
        detail = null;
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                // The reader does not validate the encoding within strings.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsUtf8(ref reader))
                {
                    detail = "it is not UTF-8";
                    return false;
                }
            }
        }
        catch (JsonException e)
        {
            detail = e.Message;
            return false;
        }

        body = new WsmqJsonBody(utf8);
        return true;
    }

    private static bool IsUtf8(ref Utf8JsonReader reader) => System.Text.Unicode.Utf8.IsValid(reader.ValueSpan);
}

/// <summary>Passes a body through the JSON hub protocol as raw bytes, without deserializing it.</summary>
internal sealed class JsonBodyConverter : JsonConverter<WsmqJsonBody>
{
    public override bool HandleNull => true;

    public override WsmqJsonBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Cut(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, WsmqJsonBody value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);

    public static WsmqJsonBody Cut(JsonElement element) => WsmqJsonBody.Trusted(JsonMarshal.GetRawUtf8Value(element).ToArray());
}
