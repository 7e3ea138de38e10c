using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// A live push: a message that is not stored but goes to the clients that are connected now, without position or ack. It is lost where
/// no client is connected. The argument of <see cref="IWsmqReceiver.Live"/>.
/// </summary>
public sealed record WsmqLiveMessage
{
    /// <summary>The name of the message type, by which clients select a handler; null where there is none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The body as one JSON value; null where <see cref="Data"/> is set.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where <see cref="Body"/> is set.</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>Headers: names and values that are delivered with the message.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>
    /// Creates a live push from an object: its type is the wire name of the object (<see cref="WsmqMessageTypeAttribute.NameOf"/>), by
    /// which <c>WsmqClient.OnLive</c> selects a handler, and its body is the object's JSON.
    /// </summary>
    /// <param name="body">The object. For bytes set <see cref="Data"/> instead: a <c>byte[]</c> here is a JSON string in base64.</param>
    /// <param name="type">The name of the type on the wire. Default null: that of the object.</param>
    /// <param name="json">The serializer options. Default null: web defaults (camel case).</param>
    /// <typeparam name="T">The declared type of the object.</typeparam>
    /// <exception cref="WsmqException">
    /// <c>invalid-body</c>: it cannot be written as JSON. <c>no-type-name</c>: the type has no name that another process would know.
    /// </exception>
    [RequiresUnreferencedCode("Serializes by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)] // A literal null fits both overloads; this makes the call unambiguous.
    public static WsmqLiveMessage From<T>(T body, string? type = null, JsonSerializerOptions? json = null) =>
        TypedBody.Live(body, TypedBody.ByReflection<T>(json), type);

    /// <summary>As the other overload, with source-generated JSON metadata instead of reflection.</summary>
    /// <param name="body">The object. For bytes set <see cref="Data"/> instead: a <c>byte[]</c> here is a JSON string in base64.</param>
    /// <param name="typeInfo">The JSON metadata with which the object is serialized.</param>
    /// <param name="type">The name of the type on the wire; default null: that of the object.</param>
    /// <typeparam name="T">The declared type of the object.</typeparam>
    /// <inheritdoc cref="From{T}(T, string?, JsonSerializerOptions?)" path="/exception"/>
    public static WsmqLiveMessage From<T>(T body, JsonTypeInfo<T> typeInfo, string? type = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return TypedBody.Live(body, typeInfo, type);
    }

    /// <summary>Describes the message without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqLiveMessage)} {{ {nameof(Type)} = {Type} }}";
}
