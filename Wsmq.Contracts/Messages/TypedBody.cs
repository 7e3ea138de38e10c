using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Derives the type name and the body of a message from the same .NET type, for clients, the app's publisher and live pushes: the run-time type of
/// the value, or the declared type where that defines how derived types are serialized (<c>[JsonDerivedType]</c>, a converter).
/// </summary>
internal static class TypedBody
{
    public static WsmqOutgoingMessage Message<T>(WsmqAddress to, T value, JsonTypeInfo<T> declared, WsmqSendOptions? options)
    {
        var (type, body) = Named(value, declared, options?.Type);
        return Untyped(to, type, body, options);
    }

    /// <summary>A message with the fields that options set.</summary>
    public static WsmqOutgoingMessage Untyped(WsmqAddress to, string? type, WsmqJsonBody? body, WsmqSendOptions? options) => new()
    {
        To = to.ToString(),
        Id = options?.Id,
        Type = type,
        Body = body,
        Headers = options?.Headers,
        CorrelationId = options?.CorrelationId,
        ReplyTo = options?.ReplyTo?.ToString(),
        Key = options?.Key,
        UniqueId = options?.UniqueId,
        Priority = options?.Priority,
        Delay = options?.Delay,
        NotBefore = options?.NotBefore,
        TimeToLive = options?.TimeToLive,
        StateKey = options?.StateKey,
        AnyDevice = options?.Mode == WsmqDeliveryMode.AnyDevice,
        ExpectedTail = options?.ExpectedTail,
        Sequence = options?.Sequence,
        Track = options?.Track ?? false,
    };

    /// <summary>
    /// A reply: the requester knows which type it expects, so that a type without a name on the wire has none here, such as a number.
    /// </summary>
    public static WsmqOutgoingMessage Reply<T>(T value, JsonTypeInfo<T> declared)
    {
        var written = Written(value, declared);
        return new WsmqOutgoingMessage { Type = MessageTypeNames.TryOf(written.Type), Body = Serialize(value, written) };
    }

    public static WsmqLiveMessage Live<T>(T value, JsonTypeInfo<T> declared, string? type)
    {
        var (name, body) = Named(value, declared, type);
        return new WsmqLiveMessage { Type = name, Body = body };
    }

    public static WsmqJsonBody Of<T>(T value, JsonTypeInfo<T> declared) => Serialize(value, Written(value, declared));

    /// <summary>Whether values of derived types are serialized and named as the declared type.</summary>
    public static bool IsDeclaredForAll(JsonTypeInfo info) =>
        info.PolymorphismOptions is not null || (info.Kind == JsonTypeInfoKind.None && info.Type != typeof(object));

    /// <exception cref="WsmqException"><c>invalid-body</c>: the type cannot be written as JSON.</exception>
    [RequiresUnreferencedCode("Reads the members of types by reflection.")]
    [RequiresDynamicCode("Reads the members of types by reflection.")]
    public static JsonTypeInfo<T> ByReflection<T>(JsonSerializerOptions? options)
    {
        options ??= JsonSerializerOptions.Web;
        options.MakeReadOnly(populateMissingResolver: true);
        return Guard(() => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    private static (string Type, WsmqJsonBody Body) Named<T>(T value, JsonTypeInfo<T> declared, string? name)
    {
        var written = Written(value, declared);
        return (name ?? MessageTypeNames.Of(written.Type), Serialize(value, written));
    }

    private static JsonTypeInfo Written<T>(T value, JsonTypeInfo<T> declared)
    {
        // Value types have no derived types.
        if (value is null || typeof(T).IsValueType || value.GetType() is var actual && actual == typeof(T) || IsDeclaredForAll(declared))
            return declared;
        return Guard(() => declared.Options.TryGetTypeInfo(actual, out var info) ? info : null) ?? throw new WsmqException(
            WsmqErrors.InvalidBody,
            $"there is no JSON metadata for {actual}: add [JsonSerializable] for it to the context, or [JsonDerivedType] to {typeof(T)}");
    }

    private static WsmqJsonBody Serialize(object? value, JsonTypeInfo info)
    {
        var utf8 = Guard(() => value is not null && LossyParts.Of(info) is { } defect
            ? throw new WsmqException(WsmqErrors.InvalidBody, defect)
            : JsonSerializer.SerializeToUtf8Bytes(value, info));

        // Options that set an encoder decide what is escaped.
        return WsmqJsonBody.Parse(info.Options.Encoder is null ? JsonText.Unescape(utf8) : utf8);
    }

    // Converters and property getters may throw any exception; the caller gets one kind, with a code.
    private static TResult Guard<TResult>(Func<TResult> serialize)
    {
        try
        {
            return serialize();
        }
        catch (Exception e) when (e is not WsmqException)
        {
            throw new WsmqException(WsmqErrors.InvalidBody, e.Message, e);
        }
    }
}
