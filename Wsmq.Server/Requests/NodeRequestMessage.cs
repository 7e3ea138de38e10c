using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Requests;

/// <summary>A message between nodes about one request.</summary>
internal sealed class NodeRequestMessage
{
    /// <summary>A request for somebody on the other node.</summary>
    public const string Ask = "ask";

    /// <summary>Nobody waits for the request any more.</summary>
    public const string Cancel = "cancel";

    /// <summary>The request has ended.</summary>
    public const string End = "end";

    /// <summary>Whether the other node listens; it does nothing.</summary>
    public const string Probe = "probe";

    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    [JsonPropertyName("id")]
    public string Id { get; init; } = string.Empty;

    /// <summary>The node that waits for the end.</summary>
    [JsonPropertyName("node")]
    public string? Node { get; init; }

    /// <summary>Whether the request may wait for a responder with room.</summary>
    [JsonPropertyName("wait")]
    public bool MayWait { get; init; }

    [JsonPropertyName("request")]
    public WsmqIncomingRequest? Request { get; init; }

    [JsonPropertyName("end")]
    public RequestEnd Outcome { get; init; }

    [JsonPropertyName("reply")]
    public WsmqReply? Reply { get; init; }

    [JsonPropertyName("code")]
    public string? Code { get; init; }

    [JsonPropertyName("text")]
    public string? Text { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, RequestsJson.Relaxed.NodeRequestMessage);

    /// <summary>Returns null if another program has written it, or a newer node.</summary>
    public static NodeRequestMessage? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, RequestsJson.Default.NodeRequestMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(NodeRequestMessage))]
internal sealed partial class RequestsJson : JsonSerializerContext
{
    /// <summary>Does not escape text in other alphabets.</summary>
    public static RequestsJson Relaxed { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    });
}
