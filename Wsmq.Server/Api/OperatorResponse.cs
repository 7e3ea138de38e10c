using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>Writes the responses to operators.</summary>
internal static class OperatorResponse
{
    public static Task WriteTextsAsync(ApiCall call, IEnumerable<string> texts) => WriteAsync(call, writer =>
    {
        writer.WriteStartArray();
        foreach (var text in texts.Order(StringComparer.Ordinal))
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    });

    public static Task WriteDevicesAsync(ApiCall call, IEnumerable<WsmqDevice> devices) => WriteAsync(call, writer =>
    {
        writer.WriteStartArray();
        foreach (var device in devices)
        {
            writer.WriteStartObject();
            writer.WriteString("name", device.Name);
            writer.WriteNumber("lastSeenAt", device.LastSeenAt.ToUnixTimeMilliseconds());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    public static Task WriteDeadLettersAsync(ApiCall call, IEnumerable<WsmqDeadLetter> letters) => WriteAsync(call, writer =>
    {
        writer.WriteStartArray();
        foreach (var letter in letters)
            Write(writer, letter);
        writer.WriteEndArray();
    });

    public static Task WriteDeadLetterAsync(ApiCall call, WsmqDeadLetter? letter) => WriteAsync(call, writer =>
    {
        if (letter is null)
            writer.WriteNullValue();
        else
            Write(writer, letter);
    });

    public static Task WriteReceiptAsync(ApiCall call, WsmqReceipt? receipt) =>
        WriteAsync(call, writer => JsonSerializer.Serialize(writer, receipt, WsmqJsonContext.Relaxed.WsmqReceipt!));

    public static Task WriteAsync(ApiCall call, bool value) => WriteAsync(call, writer => writer.WriteBooleanValue(value));

    private static Task WriteAsync(ApiCall call, Action<Utf8JsonWriter> compose) =>
        JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, compose);

    /// <summary>Writes the fields of a dead letter, without its message.</summary>
    public static void WriteFields(Utf8JsonWriter writer, WsmqDeadLetter letter)
    {
        writer.WriteString(Wire.Id, letter.Id);
        writer.WriteString(Wire.Source, letter.Source.ToString());
        writer.WriteString(Wire.Position, letter.Position.ToString());
        writer.WriteString("device", letter.Device);
        writer.WriteNumber("attempts", letter.Attempts);
        writer.WriteNumber("deadLetteredAt", letter.DeadLetteredAt.ToUnixTimeMilliseconds());
        writer.WriteString(Wire.Reason, letter.Reason);
    }

    private static void Write(Utf8JsonWriter writer, WsmqDeadLetter letter)
    {
        writer.WriteStartObject();
        WriteFields(writer, letter);
        if (letter.Message is { } message)
        {
            writer.WritePropertyName(Wire.Message);
            JsonSerializer.Serialize(writer, message, WsmqJsonContext.Relaxed.WsmqDelivery);
        }

        writer.WriteEndObject();
    }
}
