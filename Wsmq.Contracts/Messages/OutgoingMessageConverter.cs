using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Reads a message whatever types its fields have, so that the hub can answer with a code; SignalR's own answer to an
/// argument that does not bind carries none.
/// </summary>
internal sealed class OutgoingMessageConverter : JsonConverter<OutgoingMessage>
{
    public override OutgoingMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var message = new OutgoingMessage();
        try
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Malformed("the message is no object");
            foreach (var property in document.RootElement.EnumerateObject())
                message = With(message, property.Name, property.Value);
            return message;
        }
        catch (WsmqException defect)
        {
            return message with { Defect = defect };
        }
        catch (InvalidOperationException)
        {
            // What the document throws for a name or a text that holds an escaped half of a surrogate pair.
            return message with { Defect = Malformed("a name or a text is no Unicode") };
        }
    }

    public override void Write(Utf8JsonWriter writer, OutgoingMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteText(writer, Wire.To, value.To);
        WriteText(writer, Wire.Id, value.Id);
        WriteText(writer, Wire.Type, value.Type);
        if (value.Body is { } body)
        {
            writer.WritePropertyName(Wire.Body);
            writer.WriteRawValue(body.Utf8.Span, skipInputValidation: true);
        }

        if (value.Data is { } data)
            writer.WriteBase64String(Wire.Data, data.Span);
        WriteText(writer, Wire.ContentType, value.ContentType);
        if (value.Headers is { Count: > 0 } headers)
        {
            writer.WriteStartObject(Wire.Headers);
            foreach (var (name, text) in headers)
                writer.WriteString(name, text);
            writer.WriteEndObject();
        }

        WriteText(writer, Wire.CorrelationId, value.CorrelationId);
        WriteText(writer, Wire.ReplyTo, value.ReplyTo);
        writer.WriteEndObject();
    }

    private static OutgoingMessage With(OutgoingMessage message, string name, JsonElement value) => name switch
    {
        Wire.To => message with { To = Text(name, value) },
        Wire.Id => message with { Id = Text(name, value) },
        Wire.Type => message with { Type = Text(name, value) },
        Wire.Body => message with { Body = JsonBody.Parse(JsonBodyConverter.Cut(value).Utf8) },
        Wire.Data => message with { Data = Bytes(value) },
        Wire.ContentType => message with { ContentType = Text(name, value) },
        Wire.Headers => message with { Headers = Map(value) },
        Wire.CorrelationId => message with { CorrelationId = Text(name, value) },
        Wire.ReplyTo => message with { ReplyTo = Text(name, value) },
        Wire.Sender => throw new WsmqException(WsmqErrors.SenderNotAllowed),
        _ => message,
    };

    private static string? Text(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => null,
        _ => throw Malformed($"{name} is no string"),
    };

    private static ReadOnlyMemory<byte>? Bytes(JsonElement value) => value.ValueKind switch
    {
        // Without the type null would become an array, and that an empty body of bytes.
        JsonValueKind.Null => default(ReadOnlyMemory<byte>?),
        JsonValueKind.String when value.TryGetBytesFromBase64(out var bytes) => bytes,
        _ => throw Malformed($"{Wire.Data} is no base64"),
    };

    private static Dictionary<string, string>? Map(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Malformed($"{Wire.Headers} is no object");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in value.EnumerateObject())
            map[header.Name] = Text(Wire.Headers, header.Value) ?? throw Malformed("a header is null");
        return map;
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static WsmqException Malformed(string detail) => new(WsmqErrors.InvalidMessage, detail);
}
