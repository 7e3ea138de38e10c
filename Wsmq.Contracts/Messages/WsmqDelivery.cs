using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A message as it reaches a client: the argument of <see cref="IWsmqReceiver.Receive"/>.</summary>
public sealed record WsmqDelivery
{
    /// <summary>The address whose log it comes from: the receiver's own <c>user:</c> queue, or a group.</summary>
    [JsonPropertyName(Wire.Source)]
    public required string Source { get; init; }

    /// <summary>Its place in that log; acknowledge with it.</summary>
    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    /// <summary>The position of the entry before it in the log, whether that is still kept or not. Only positions beyond it are new.</summary>
    [JsonPropertyName(Wire.Previous)]
    public required string Previous { get; init; }

    /// <summary>The sender's id of the message.</summary>
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    /// <summary>The identifier of the user who sent it, stamped by the server; null where the app itself sent it.</summary>
    [JsonPropertyName(Wire.Sender), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    /// <summary>When the server accepted it: milliseconds since 1970 in UTC.</summary>
    [JsonPropertyName(Wire.SentAt)]
    public long SentAt { get; init; }

    /// <summary>What kind of message it is; null where the sender named none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The body as the sender wrote it, where it is JSON.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body, where it is bytes (base64 in JSON).</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>What <see cref="Data"/> holds, as a media type.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>The headers that the sender gave it.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Ties an answer to a question.</summary>
    [JsonPropertyName(Wire.CorrelationId), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; init; }

    /// <summary>Where an answer should go. Its sender may send to it; whether the receiver may is checked when it answers.</summary>
    [JsonPropertyName(Wire.ReplyTo), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplyTo { get; init; }

    /// <summary>Names the message, without its body and headers: SignalR writes arguments into logs at the level Debug.</summary>
    public override string ToString() =>
        $"{nameof(WsmqDelivery)} {{ {nameof(Source)} = {Source}, {nameof(Position)} = {Position}, {nameof(Id)} = {Id}, {nameof(Type)} = {Type} }}";
}
