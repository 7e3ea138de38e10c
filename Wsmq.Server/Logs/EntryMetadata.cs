using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wsmq.Server.Logs;

/// <summary>
/// Everything about a stored message but its body, its place and its address. In the store it is a JSON object with the fields
/// of a delivery under their names on the wire, so that a delivery is put together by copying bytes.
/// </summary>
internal sealed record EntryMetadata
{
    // Nothing of it ends up in HTML: characters outside ASCII stay themselves, which is shorter than to escape them.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public required string Id { get; init; }

    public string? Sender { get; init; }

    public required long SentAt { get; init; }

    public string? Type { get; init; }

    /// <summary>Set for a body of bytes, null for a JSON body.</summary>
    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public string? CorrelationId { get; init; }

    public string? ReplyTo { get; init; }

    public ReadOnlyMemory<byte> ToBytes()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(256);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartObject();
        WireWriter.WriteText(writer, Wire.Id, Id);
        WireWriter.WriteText(writer, Wire.Sender, Sender);
        writer.WriteNumber(Wire.SentAt, SentAt);
        WireWriter.WriteText(writer, Wire.Type, Type);
        WireWriter.WriteText(writer, Wire.ContentType, ContentType);
        WireWriter.WriteHeaders(writer, Headers);
        WireWriter.WriteText(writer, Wire.CorrelationId, CorrelationId);
        WireWriter.WriteText(writer, Wire.ReplyTo, ReplyTo);
        writer.WriteEndObject();
        writer.Flush();
        return JsonText.Unescape(buffer.WrittenSpan.ToArray());
    }
}
