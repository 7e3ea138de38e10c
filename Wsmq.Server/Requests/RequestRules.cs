using Microsoft.Extensions.Options;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Requests;

/// <summary>A request that passed the checks.</summary>
/// <param name="To">The address.</param>
/// <param name="Request">The request, without its id.</param>
/// <param name="Timeout">How long to wait.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record CheckedRequest(WsmqAddress To, WsmqIncomingRequest Request, TimeSpan Timeout, int Bytes);

/// <summary>Checks requests and replies, from clients and from the app alike.</summary>
internal sealed class RequestRules(MessageRules messages, IOptions<WsmqOptions> options)
{
    /// <summary>The most types that one call of <see cref="IWsmqHub.Respond"/> names.</summary>
    public const int MostTypes = 64;

    /// <exception cref="WsmqException">The request is malformed or over a limit.</exception>
    public CheckedRequest Check(WsmqOutgoingMessage message, string? sender, TimeSpan timeout)
    {
        if (message.Defect is not null)
            throw message.Defect;
        if (timeout < TimeSpan.FromMilliseconds(1) || timeout > options.Value.Requests.MaxTimeout)
        {
            throw new WsmqException(
                WsmqErrors.InvalidMessage, $"{Wire.Timeout} is from 1 to {options.Value.Requests.MaxTimeout.TotalMilliseconds:0} milliseconds");
        }

        var to = messages.AddressOf(message);
        if (Unusable(message, to) is { } field)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"a request has no {field}");
        MessageRules.Name(Wire.Id, message.Id);
        var content = messages.CheckContent(message);
        return new CheckedRequest(
            to,
            new WsmqIncomingRequest
            {
                Id = string.Empty, To = message.To!, Sender = sender, Type = content.Type, Body = content.Body, Data = content.Data,
                ContentType = content.ContentType, Headers = content.Headers, CorrelationId = content.CorrelationId,
            },
            timeout, content.Bytes);
    }

    /// <exception cref="WsmqException">The reply is malformed or over a limit.</exception>
    public WsmqReply CheckReply(WsmqOutgoingMessage? message, string? responder)
    {
        if (message is null)
            throw new WsmqException(WsmqErrors.InvalidMessage, "the reply is null");
        if (message.Defect is not null)
            throw message.Defect;
        if (message is { To: not null } or { Rare: not null } or { StreamNumber: not null })
            throw new WsmqException(WsmqErrors.InvalidMessage, "a reply has a type, a body, a content type and headers only");
        var content = messages.CheckContent(message);
        return new WsmqReply
        {
            Type = content.Type, Body = content.Body, Data = content.Data, ContentType = content.ContentType, Headers = content.Headers,
            Responder = responder,
        };
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>: the code is malformed.</exception>
    public static RequestOutcome CheckRefusal(string? code, string? text) => WsmqRequestException.IsCode(code)
        ? RequestOutcome.Failed(code!, WsmqRequestException.Shorten(text))
        : throw new WsmqException(
            WsmqErrors.InvalidMessage,
            $"{Wire.Code} has 1 to {WsmqRequestException.MaxCodeLength} lower-case letters, digits, hyphens and dots");

    private static string? Unusable(WsmqOutgoingMessage message, WsmqAddress to) =>
        message.ReplyTo is not null ? Wire.ReplyTo
        : message.StreamNumber is not null ? Wire.Sequence
        : message.Rare is not { } rare ? null
        : rare.UniqueId is not null ? Wire.UniqueId
        : rare.Delay is not null ? Wire.Delay
        : rare.NotBefore is not null ? Wire.NotBefore
        : rare.TimeToLive is not null ? Wire.TimeToLive
        : rare.StateKey is not null || rare.RemoveState ? Wire.StateKey
        : rare.Track ? Wire.Track
        : rare.AnyDevice ? Wire.AnyDevice
        : rare.ExpectedTail is not null ? Wire.ExpectedTail
        : rare.Sequence is not null ? Wire.Seq
        : to.Kind == WsmqAddressKind.Work ? null
        : rare.Key is not null ? Wire.Key
        : rare.Priority is not null ? Wire.Priority
        : null;
}
