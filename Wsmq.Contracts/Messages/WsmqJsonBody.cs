using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Exactly one JSON value as UTF-8 bytes. It is checked when it is made, and from then on kept and forwarded as it is:
/// a second value or a frame separator inside it would end up as a frame in somebody else's connection.
/// The default value is JSON <c>null</c>.
/// </summary>
[JsonConverter(typeof(JsonBodyConverter))]
public readonly struct WsmqJsonBody : IEquatable<WsmqJsonBody>
{
    /// <summary>How deep a body may nest: what a hub frame adds to it must stay below the 64 levels that JSON readers take.</summary>
    public const int MaxDepth = 48;

    private static readonly byte[] Null = "null"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _utf8;

    private WsmqJsonBody(ReadOnlyMemory<byte> checkedUtf8) => _utf8 = checkedUtf8;

    /// <summary>The value's bytes in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8.IsEmpty ? Null : _utf8;

    /// <summary>Takes UTF-8 bytes that hold exactly one JSON value. They are not copied: do not change them afterwards.</summary>
    /// <param name="utf8">The bytes; white space around the value is kept.</param>
    /// <exception cref="WsmqException"><c>invalid-body</c>: not exactly one JSON value, not UTF-8, or nested too deeply.</exception>
    public static WsmqJsonBody Parse(ReadOnlyMemory<byte> utf8) =>
        TryParse(utf8, out var body, out var detail) ? body : throw new WsmqException(WsmqErrors.InvalidBody, detail);

    /// <summary>Takes a text that holds exactly one JSON value.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="WsmqException"><c>invalid-body</c>: not exactly one JSON value, or nested too deeply.</exception>
    public static WsmqJsonBody Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>
    /// Serializes a value with source-generated metadata; safe for trimmed and native clients. A value of a derived type is written as
    /// what it is, unless the declared type says otherwise.
    /// </summary>
    /// <param name="value">What to send.</param>
    /// <param name="typeInfo">Its metadata.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <exception cref="WsmqException"><c>invalid-body</c>: it cannot be written as JSON, or nests too deeply.</exception>
    public static WsmqJsonBody From<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return TypedBody.Of(value, typeInfo);
    }

    /// <summary>
    /// Serializes a value by reflection. A value of a derived type is written as what it is, unless the declared type says otherwise.
    /// </summary>
    /// <param name="value">What to send.</param>
    /// <param name="options">How; web defaults (camel case) where it is null.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <exception cref="WsmqException"><c>invalid-body</c>: it cannot be written as JSON, or nests too deeply.</exception>
    [RequiresUnreferencedCode("Serializes by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)] // A literal null fits both overloads.
    public static WsmqJsonBody From<T>(T value, JsonSerializerOptions? options = null) =>
        TypedBody.Of(value, TypedBody.ByReflection<T>(options));

    /// <summary>Reads the value with source-generated metadata.</summary>
    /// <param name="typeInfo">The metadata.</param>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <exception cref="JsonException">The value does not fit the type.</exception>
    public T? To<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Utf8.Span, typeInfo);

    /// <summary>Reads the value by reflection.</summary>
    /// <param name="options">How; web defaults (camel case) where it is null.</param>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <exception cref="JsonException">The value does not fit the type.</exception>
    [RequiresUnreferencedCode("Reads by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Reads by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)]
    public T? To<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(Utf8.Span, options ?? JsonSerializerOptions.Web);

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>Same bytes.</summary>
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

    /// <summary>Same bytes.</summary>
    public static bool operator ==(WsmqJsonBody left, WsmqJsonBody right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(WsmqJsonBody left, WsmqJsonBody right) => !left.Equals(right);

    /// <summary>Bytes that were checked before: read back from a store, or cut out of a parsed document.</summary>
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
                // The reader passes over the text of strings without looking at its encoding: ask for it.
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

/// <summary>Carries a body through the JSON hub protocol without building objects from it.</summary>
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
