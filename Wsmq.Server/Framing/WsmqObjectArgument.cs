using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Framing;

namespace Wsmq;

/// <summary>
/// An object argument of a hub method. Public because SignalR binds arguments of public methods only; apps have no use for it.
/// </summary>
/// <typeparam name="T">The wire record; it is one of <see cref="WsmqJson.TypeInfoResolver"/>.</typeparam>
/// <remarks>
/// What is not such an object is read as well, so that the hub can answer with a code; SignalR would answer with a binding error without one.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(ObjectArgumentConverterFactory))]
public sealed class WsmqObjectArgument<T>
    where T : class
{
    private readonly T? _value;
    private readonly string? _defect;

    internal WsmqObjectArgument(T? value, string? defect) => (_value, _defect) = (value, defect);

    /// <summary>The object; null for null.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the argument is something else.</exception>
    internal T? Value => _defect is null ? _value : throw new WsmqException(WsmqErrors.InvalidMessage, _defect);

    /// <summary>The object; null also for something else. For what comes before the rights are checked: a refusal comes first.</summary>
    internal T? ValueIfValid => _value;
}

internal sealed class ObjectArgumentConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(WsmqObjectArgument<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(
        typeof(ObjectArgumentConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
}

internal sealed class ObjectArgumentConverter<T> : JsonConverter<WsmqObjectArgument<T>>
    where T : class
{
    // Longer than any valid argument: what is not valid is not held at its full length.
    private const int MostBytes = 4 * 1024;

    public override bool HandleNull => true;

    public override WsmqObjectArgument<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (LargeArgument.TrySkip(ref reader, MostBytes))
            return new WsmqObjectArgument<T>(null, $"an object argument has at most {MostBytes} bytes");
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return new WsmqObjectArgument<T>((T?)document.RootElement.Deserialize(typeof(T), WsmqJsonContext.Default), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in a text.
            return new WsmqObjectArgument<T>(null, $"an argument cannot be read: {(e as JsonException)?.Path ?? "a text"} is malformed");
        }
    }

    public override void Write(Utf8JsonWriter writer, WsmqObjectArgument<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value, typeof(T), WsmqJsonContext.Default);
}
