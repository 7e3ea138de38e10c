using System.Text.Json;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>Writes the responses to operators.</summary>
internal static class OperatorResponse
{
    public static Task WriteTextsAsync(ApiCall call, IEnumerable<string> texts) =>
        JsonResponse.WriteAsync(call, texts.Order(StringComparer.Ordinal).ToArray());

    public static Task WriteDevicesAsync(ApiCall call, IEnumerable<WsmqDevice> devices) => JsonResponse.WriteAsync(
        call, devices.Select(d => new WsmqApiDevice { Name = d.Name, LastSeenAt = d.LastSeenAt.ToUnixTimeMilliseconds() }).ToArray());

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

    public static Task WriteAsync(ApiCall call, bool value) => JsonResponse.WriteAsync(call, value);

    private static Task WriteAsync(ApiCall call, Action<Utf8JsonWriter> compose) =>
        JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, compose);

    // By hand, because its message may have a body, which is to be written as it was sent: a shape would parse it.
    private static void Write(Utf8JsonWriter writer, WsmqDeadLetter letter)
    {
        writer.WriteStartObject();
        writer.WriteString(Wire.Id, letter.Id);
        writer.WriteString(Wire.Source, letter.Source.ToString());
        writer.WriteString(Wire.Position, letter.Position.ToString());
        writer.WriteString("device", letter.Device);
        writer.WriteNumber("attempts", letter.Attempts);
        writer.WriteNumber("deadLetteredAt", letter.DeadLetteredAt.ToUnixTimeMilliseconds());
        writer.WriteString(Wire.Reason, letter.Reason);
        if (letter.Message is { } message)
        {
            writer.WritePropertyName(Wire.Message);
            JsonSerializer.Serialize(writer, message, WsmqJsonContext.Relaxed.WsmqDelivery);
        }

        writer.WriteEndObject();
    }
}
