using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Type and body of a message out of one source, for clients and the app's publisher alike: the type that the value has when it is
/// sent. Where the declared type says how its derived types are written (<c>[JsonDerivedType]</c>, a converter of its own), it is that.
/// </summary>
internal static class TypedBody
{
    public static WsmqOutgoingMessage Message<T>(WsmqAddress to, T value, JsonTypeInfo<T> declared, WsmqSendOptions? options)
    {
        var written = Written(value, declared);
        return new WsmqOutgoingMessage
        {
            To = to.ToString(),
            Id = options?.Id,
            Type = options?.Type ?? MessageTypeNames.Of(written.Type),
            Body = Serialize(value, written),
            Headers = options?.Headers,
            CorrelationId = options?.CorrelationId,
            ReplyTo = options?.ReplyTo?.ToString(),
        };
    }

    public static WsmqJsonBody Of<T>(T value, JsonTypeInfo<T> declared) => Serialize(value, Written(value, declared));

    /// <summary>Whether values of derived types are written, and named, as the declared type.</summary>
    public static bool IsDeclaredForAll(JsonTypeInfo info) =>
        info.PolymorphismOptions is not null || (info.Kind == JsonTypeInfoKind.None && info.Type != typeof(object));

    /// <exception cref="WsmqException"><c>invalid-body</c>: the type cannot be written as JSON.</exception>
    [RequiresUnreferencedCode("Finds the members of types by reflection.")]
    [RequiresDynamicCode("Finds the members of types by reflection.")]
    public static JsonTypeInfo<T> ByReflection<T>(JsonSerializerOptions? options)
    {
        options ??= JsonSerializerOptions.Web;
        options.MakeReadOnly(populateMissingResolver: true);
        return Guard(() => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    private static JsonTypeInfo Written<T>(T value, JsonTypeInfo<T> declared)
    {
        // A value type has no derived ones.
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

        // Whoever chose an encoder gets what it writes.
        return WsmqJsonBody.Parse(info.Options.Encoder is null ? JsonText.Unescape(utf8) : utf8);
    }

    // Converters and property getters may throw anything; the caller gets one kind of exception, with a code.
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
