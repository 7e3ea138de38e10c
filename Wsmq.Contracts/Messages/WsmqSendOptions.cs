namespace Wsmq;

/// <summary>
/// Options of one send, for a client and for the app's publisher: id, type, headers, correlation and reply address. A value outside its
/// bounds is refused with <c>invalid-message</c>.
/// </summary>
public sealed record WsmqSendOptions
{
    /// <summary>
    /// The id of the message, 1 to 128 bytes. Within the server's deduplication window (2 minutes by default) the same id from the same
    /// sender to the same address is stored once, so a call with an id can be repeated safely. Default: a new id.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// The name of the message type on the wire; at most 128 bytes, without control characters. Default:
    /// <see cref="WsmqMessageTypeAttribute.NameOf"/> of the body's run-time type, or of its declared type where that defines how derived
    /// types are serialized (<c>[JsonDerivedType]</c>). Required where the type has no wire name, as an anonymous type.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>
    /// Headers: names and values that are delivered with the message. Together they have at most 4 KiB by default, or the message is
    /// refused with <c>message-too-large</c>. Names must not be empty, and values not null. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Correlates a reply with its request; at most 128 bytes. Default: none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The address for replies. The sender itself must be allowed to send to it. Default: none.</summary>
    public WsmqAddress? ReplyTo { get; init; }
}
