using System.Buffers;
using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>The messages in the body of a request: one object, or an array of them.</summary>
/// <param name="Messages">The messages, malformed ones included.</param>
/// <param name="IsArray">Whether the body is an array.</param>
internal sealed record MessageBody(WsmqMessagesArgument Messages, bool IsArray)
{
    private static readonly MessagesArgumentConverter Converter = new();

    /// <exception cref="JsonException">The body is not one JSON value.</exception>
    public static MessageBody Parse(ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read())
            throw new JsonException("the body is empty", null, 0, 0);
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        var messages = Converter.Read(ref reader, typeof(WsmqMessagesArgument), JsonSerializerOptions.Default);

        // Throws if data follows the value.
        reader.Read();
        return new MessageBody(new WsmqMessagesArgument([.. messages.Messages.Select(Strict)]) { TooMany = messages.TooMany }, isArray);
    }

    /// <summary>The one message of a body that is an object.</summary>
    /// <param name="key">The header <c>Idempotency-Key</c>, which is the message's id; null without one.</param>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the message has another id.</exception>
    public WsmqOutgoingMessage Single(string? key)
    {
        var message = Messages.Messages[0]!;
        if (key is not null && message.Id is not null && message.Id != key)
            throw new WsmqException(WsmqErrors.InvalidMessage, "the field id and the header Idempotency-Key differ");
        return key is null ? message : message with { Id = key };
    }

    // A hub ignores unknown fields, because a newer client may know more of them. A request is mostly written by hand: a misspelt field
    // would be ignored without a trace.
    private static WsmqOutgoingMessage? Strict(WsmqOutgoingMessage? message) => message is { UnknownField: { } field, Defect: null }
        ? message with { Defect = new WsmqException(WsmqErrors.InvalidMessage, $"there is no field {field}") }
        : message;
}
