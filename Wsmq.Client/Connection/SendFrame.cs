using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// One item of the stream: an array of messages, each serialized to JSON beforehand. A serialization error inside the stream would end
/// it for all messages.
/// </summary>
[JsonConverter(typeof(SendFrameConverter))]
internal sealed class SendFrame
{
    // A frame that is larger than the server accepts ends the connection. This is below what any server accepts in addition to its
    // largest message, so only a single message makes a larger frame.
    private const int MaxBytes = 48 * 1024;

    private readonly List<ReadOnlyMemory<byte>> _messages = [];
    private int _bytes;

    public IReadOnlyList<ReadOnlyMemory<byte>> Messages => _messages;

    public bool IsEmpty => _messages.Count == 0;

    public bool HasRoomFor(ReadOnlyMemory<byte> message) => IsEmpty || _bytes + message.Length < MaxBytes;

    public void Add(ReadOnlyMemory<byte> message)
    {
        _messages.Add(message);
        _bytes += message.Length + 1;
    }
}

internal sealed class SendFrameConverter : JsonConverter<SendFrame>
{
    public override SendFrame Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("The client only writes frames of sends.");

    public override void Write(Utf8JsonWriter writer, SendFrame value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var message in value.Messages)
            writer.WriteRawValue(message.Span, skipInputValidation: true);
        writer.WriteEndArray();
    }
}

[JsonSerializable(typeof(SendFrame))]
internal sealed partial class SendFrameContext : JsonSerializerContext;
