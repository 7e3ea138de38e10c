using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wsmq;

/// <summary>Validates and serializes messages to send.</summary>
internal sealed class MessageFactory(WsmqClientOptions options)
{
    /// <summary>
    /// Refuses messages for which the server would close the connection, adds an id to those that may have no number, so that retries are
    /// harmless, and serializes the message. Other messages get a number or an id when they are written.
    /// </summary>
    public PendingSend Complete(WsmqOutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var address = WsmqAddress.Parse(message.To);
        var to = address.ToString();
        CheckContent(message);

        // A repeat by another client or after a restart has the same id. A server of an older version ignores the sequence: there the id makes
        // a retry harmless.
        if (message is { Id: null, Sequence: { } sequence })
            message = message with { Id = string.Create(CultureInfo.InvariantCulture, $"{sequence.Producer}-{sequence.Epoch}-{sequence.Number}") };
        var mayHaveNumber = address.Kind != WsmqAddressKind.Work && message is { Delay: null, NotBefore: null, ExpectedTail: null, Track: false };
        if (message.Id is null && !mayHaveNumber)
            message = message with { Id = Guid.CreateVersion7(options.TimeProvider.GetUtcNow()).ToString("N") };
        return new PendingSend(to, Write(message), hasOwnId: message.Id is not null);
    }

    /// <summary>Refuses a body and headers for which the server would close the connection.</summary>
    /// <exception cref="WsmqException"><c>invalid-body</c> or <c>message-too-large</c>.</exception>
    public void CheckContent(WsmqOutgoingMessage message)
    {
        if (message is { Body: not null, Data: not null })
            throw new WsmqException(WsmqErrors.InvalidBody, "both body and data are set");
        if (Math.Max(message.Body?.Utf8.Length ?? 0, message.Data?.Length ?? 0) > options.MaxBodyBytes)
            throw new WsmqException(WsmqErrors.MessageTooLarge, $"the client's {nameof(options.MaxBodyBytes)} is {options.MaxBodyBytes}");
        if (message.Headers is { } headers && headers.Sum(HeaderBytes) > options.MaxHeaderBytes)
            throw new WsmqException(WsmqErrors.MessageTooLarge, $"the client's {nameof(options.MaxHeaderBytes)} is {options.MaxHeaderBytes}");
    }

    private static byte[] Write(WsmqOutgoingMessage message)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(message, WsmqJsonContext.Relaxed.WsmqOutgoingMessage);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or JsonException or NotSupportedException)
        {
            // For example because the app changed the headers concurrently.
            throw new WsmqException(WsmqErrors.InvalidMessage, e.Message, e);
        }
    }

    private static int HeaderBytes(KeyValuePair<string, string> header) =>
        Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(header.Value ?? string.Empty);
}
