namespace Wsmq;

/// <summary>What may travel with a message that a client or the app's publisher sends.</summary>
public sealed record WsmqSendOptions
{
    /// <summary>
    /// The message's id, 1 to 128 bytes: the same id from the same sender to the same address is stored once within the server's
    /// deduplication window. Default: a new one.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// The message's type on the wire. Default: <see cref="WsmqMessageTypeAttribute.NameOf"/> of the type that the message has at run time,
    /// or of the declared one where that says how derived types are written (<c>[JsonDerivedType]</c>). Required where the type has no name.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>Names and values that travel with the message.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Ties an answer to a question.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Where an answer should go: an address that the sender may send to.</summary>
    public WsmqAddress? ReplyTo { get; init; }
}
