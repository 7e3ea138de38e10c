using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// What a sender hands to the hub's <c>Send</c> or to the app's publisher. Only <see cref="To"/> is required. The sender's
/// name is not part of it: the server stamps that.
/// </summary>
[JsonConverter(typeof(OutgoingMessageConverter))]
public sealed record WsmqOutgoingMessage
{
    /// <summary>The address, for example <c>user:bob</c>.</summary>
    public string? To { get; init; }

    /// <summary>
    /// Makes a repeated send harmless: within the deduplication window (server's default: 2 minutes) the same id from the same
    /// sender to the same address is stored once. 1 to 128 bytes. Without one the server makes one, and a repeat is a new message.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>What kind of message it is, for the receiver to choose a handler by; at most 128 bytes.</summary>
    public string? Type { get; init; }

    /// <summary>The body as one JSON value; leave it out where <see cref="Data"/> is given.</summary>
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); leave it out where <see cref="Body"/> is given.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>What <see cref="Data"/> holds, as a media type; at most 128 bytes. <c>application/octet-stream</c> where it is left out.</summary>
    public string? ContentType { get; init; }

    /// <summary>Names and values that travel with the message; limits are the server's options.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Ties an answer to a question; at most 128 bytes.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Where an answer should go: an address that the sender itself may send to.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>
    /// What was malformed when it was read from the wire. Kept, because an exception from a converter would reach the sender
    /// without a code.
    /// </summary>
    internal WsmqException? Defect { get; init; }

    /// <summary>The first field, cut short, that the message had on the wire and that has no meaning here; null where there was none.</summary>
    internal string? UnknownField { get; init; }

    /// <summary>Names the message, without its body and headers: SignalR writes arguments into logs at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqOutgoingMessage)} {{ {nameof(To)} = {To}, {nameof(Id)} = {Id}, {nameof(Type)} = {Type} }}";
}
