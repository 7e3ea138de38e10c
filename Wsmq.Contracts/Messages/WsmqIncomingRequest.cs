using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A request as it is given to a connection that answers requests: the argument of <see cref="IWsmqReceiver.Request"/>. Each is answered once,
/// with <see cref="IWsmqHub.Reply"/> or <see cref="IWsmqHub.RefuseRequest"/>, also after it was cancelled: until then it takes one of the places
/// that the connection has asked for.
/// </summary>
public sealed record WsmqIncomingRequest
{
    /// <summary>The id by which the request is answered. The server makes it.</summary>
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    /// <summary>The address that the request was sent to.</summary>
    [JsonPropertyName(Wire.To)]
    public required string To { get; init; }

    /// <summary>The identifier of the user who made the request, set by the server; null where the app itself made it.</summary>
    [JsonPropertyName(Wire.Sender), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    /// <summary>The name of the type of the request; null where the requester gave none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The JSON body; null where the body is bytes.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where the body is JSON.</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>; null where the body is JSON.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>The headers from the requester; null where there are none.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>What the requester set to correlate; null where it set nothing. Replies need it not.</summary>
    [JsonPropertyName(Wire.CorrelationId), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; init; }

    /// <summary>How long the requester still waits, in milliseconds. The server then calls <see cref="IWsmqReceiver.RequestCancelled"/>.</summary>
    [JsonPropertyName(Wire.Timeout)]
    public long Timeout { get; init; }

    /// <summary>Describes the request without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() =>
        $"{nameof(WsmqIncomingRequest)} {{ {nameof(Id)} = {Id}, {nameof(To)} = {To}, {nameof(Type)} = {Type} }}";
}
