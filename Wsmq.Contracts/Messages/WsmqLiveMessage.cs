using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A live push: a message that is not stored but goes to the clients that are connected now, without position or ack. It is lost where
/// no client is connected. The argument of <see cref="IWsmqReceiver.Live"/>.
/// </summary>
public sealed record WsmqLiveMessage
{
    /// <summary>The name of the message type, by which clients select a handler; null where there is none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The body as one JSON value; null where <see cref="Data"/> is set.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where <see cref="Body"/> is set.</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>Headers: names and values that are delivered with the message.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Describes the message without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqLiveMessage)} {{ {nameof(Type)} = {Type} }}";
}
