using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A durable message as it is delivered to a client: the argument of <see cref="IWsmqReceiver.Receive"/>. Acknowledge it by
/// <see cref="Source"/> and <see cref="Position"/>; <c>WsmqClient</c> does that when the handler has returned.
/// </summary>
public sealed record WsmqDelivery
{
    /// <summary>The address whose log the message comes from: the receiver's own <c>user:</c> queue, or a group.</summary>
    [JsonPropertyName(Wire.Source)]
    public required string Source { get; init; }

    /// <summary>The position of the message in that log: 16 digits that compare as strings. Acknowledge with it.</summary>
    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    /// <summary>
    /// The position of the previous entry in the log, whether that entry is still stored or not; after entries that were skipped, because they are
    /// not for this connection, that of the last one which the connection was told of. A receiver whose last position is lower has missed
    /// entries, unless a gap announced them.
    /// </summary>
    [JsonPropertyName(Wire.Previous)]
    public required string Previous { get; init; }

    /// <summary>The id of the message: the sender's, or the one that the server generated.</summary>
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    /// <summary>The identifier of the user who sent the message, set by the server; null where the app itself sent it.</summary>
    [JsonPropertyName(Wire.Sender), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    /// <summary>When the server accepted the message, in milliseconds since 1970-01-01 UTC.</summary>
    [JsonPropertyName(Wire.SentAt)]
    public long SentAt { get; init; }

    /// <summary>The name of the message type; null where the sender gave none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The JSON body, byte for byte as the sender wrote it; null where the body is bytes.</summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where the body is JSON.</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>; null where the body is JSON.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>The headers from the sender; null where there are none.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Correlates a reply with its request; null where the sender gave none.</summary>
    [JsonPropertyName(Wire.CorrelationId), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; init; }

    /// <summary>
    /// The address for replies; null where the sender gave none. The sender was allowed to send to it; whether the receiver is allowed
    /// is checked when it replies.
    /// </summary>
    [JsonPropertyName(Wire.ReplyTo), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplyTo { get; init; }

    /// <summary>
    /// How long the message may wait for its delivery, from the moment at which it was stored, in milliseconds; null where the sender set no
    /// limit.
    /// </summary>
    [JsonPropertyName(Wire.TimeToLive), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TimeToLive { get; init; }

    /// <summary>
    /// The key of which the message is the newest; null for a message that is no state. See <see cref="WsmqOutgoingMessage.StateKey"/>.
    /// </summary>
    [JsonPropertyName(Wire.StateKey), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StateKey { get; init; }

    /// <summary>Whether the message removes the state of its <see cref="StateKey"/>.</summary>
    [JsonPropertyName(Wire.RemoveState), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RemoveState { get; init; }

    /// <summary>Whether the message is for any of the user's devices: see <see cref="WsmqOutgoingMessage.AnyDevice"/>.</summary>
    [JsonPropertyName(Wire.AnyDevice), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AnyDevice { get; init; }

    /// <summary>
    /// Whether the message is tracked (<see cref="WsmqOutgoingMessage.Track"/>): its sender can see that it was delivered and acknowledged.
    /// </summary>
    [JsonPropertyName(Wire.Track), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Track { get; init; }

    /// <summary>
    /// Whether <c>WsmqClient</c> got the message as state, by <see cref="IWsmqReceiver.State"/>, and not in the order of the log: its
    /// <see cref="Previous"/> has no meaning then. Not a field on the wire.
    /// </summary>
    [JsonIgnore]
    public bool IsState { get; init; }

    /// <summary>Describes the message without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() =>
        $"{nameof(WsmqDelivery)} {{ {nameof(Source)} = {Source}, {nameof(Position)} = {Position}, {nameof(Id)} = {Id}, {nameof(Type)} = {Type} }}";
}
