using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Framing;

/// <summary>
/// The results of sends as an item of a stream, in the frame that SignalR would write: it serializes with state that can be resumed, 600
/// bytes for each item.
/// </summary>
internal static class StreamResults
{
    // As in SignalR's JSON protocol.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Writes the item if it is one of results; otherwise returns false.</summary>
    public static bool TryWrite(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is not StreamItemMessage { Item: WsmqItemResult[] results, InvocationId: { } stream, Headers: null or { Count: 0 } })
            return false;
        var writer = _writer ??= new Utf8JsonWriter(output, Options);
        writer.Reset(output);
        writer.WriteStartObject();
        writer.WriteNumber("type"u8, HubProtocolConstants.StreamItemMessageType);
        writer.WriteString("invocationId"u8, stream);
        writer.WritePropertyName("item"u8);
        JsonSerializer.Serialize(writer, results, WsmqJsonContext.Default.WsmqItemResultArray);
        writer.WriteEndObject();
        writer.Flush();
        output.Write("\u001e"u8);
        return true;
    }
}
