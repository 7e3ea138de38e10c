using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A live push: it goes past the log to whoever is connected now, without position or ack, and is gone if nobody listens. The
/// argument of <see cref="IWsmqReceiver.Live"/>.
/// </summary>
public sealed record WsmqLiveMessage
{
    /// <summary>What kind of message it is.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The body as one JSON value.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body, where it is bytes (base64 in JSON).</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>What <see cref="Data"/> holds, as a media type.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>Names and values that travel with it.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Names the message, without its body and headers: SignalR writes arguments into logs at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqLiveMessage)} {{ {nameof(Type)} = {Type} }}";
}
