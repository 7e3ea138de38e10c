using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wsmq.Server.Framing;

/// <summary>
/// Everything about a stored message except its body, its position and its address. Stored as a JSON object whose fields have the names of
/// a delivery on the wire, so that a delivery is composed by copying bytes.
/// </summary>
internal readonly record struct EntryMetadata
{
    // Never embedded in HTML: characters outside ASCII are not escaped, which is shorter.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public required string Id { get; init; }

    public string? Sender { get; init; }

    public required long SentAt { get; init; }

    public string? Type { get; init; }

    /// <summary>Set for a binary body, null for a JSON body.</summary>
    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public string? CorrelationId { get; init; }

    public string? ReplyTo { get; init; }

    /// <summary>How long it may wait for its delivery from its position on, in ms.</summary>
    public long? TimeToLive { get; init; }

    public string? StateKey { get; init; }

    /// <summary>Whether it removes the state of its key.</summary>
    public bool RemovesState { get; init; }

    /// <summary>Whether it is tracked.</summary>
    public bool IsTracked { get; init; }

    /// <summary>Whether it is for any of the user's devices.</summary>
    public bool IsForAnyDevice { get; init; }

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
        if (TimeToLive is { } life)
            writer.WriteNumber(Wire.TimeToLive, life);
        WireWriter.WriteText(writer, Wire.StateKey, StateKey);
        if (RemovesState)
            writer.WriteBoolean(Wire.RemoveState, true);
        if (IsTracked)
            writer.WriteBoolean(Wire.Track, true);
        if (IsForAnyDevice)
            writer.WriteBoolean(Wire.AnyDevice, true);
        writer.WriteEndObject();
        writer.Flush();
        return JsonText.Unescape(buffer.WrittenSpan.ToArray());
    }
}
