using System.Collections.ObjectModel;

namespace Wsmq;

/// <summary>A durable message with its body read as a type.</summary>
/// <typeparam name="T">The type of the body.</typeparam>
public sealed class WsmqMessage<T>
{
    internal WsmqMessage(WsmqDelivery delivery, T body)
    {
        Delivery = delivery;
        Body = body;
    }

    /// <summary>What the sender sent.</summary>
    public T Body { get; }

    /// <summary>The address whose log it comes from: the user's own queue, or a group.</summary>
    public WsmqAddress Source => WsmqAddress.Parse(Delivery.Source);

    /// <summary>Its place in that log.</summary>
    public WsmqPosition Position => WsmqPosition.Parse(Delivery.Position);

    /// <summary>The sender's id of the message; the same message keeps it when it comes again.</summary>
    public string Id => Delivery.Id;

    /// <summary>The user who sent it, stamped by the server; null where the app itself sent it.</summary>
    public string? Sender => Delivery.Sender;

    /// <summary>When the server accepted it.</summary>
    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeMilliseconds(Delivery.SentAt);

    /// <summary>Its type on the wire.</summary>
    public string? Type => Delivery.Type;

    /// <summary>The headers that the sender gave it; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Headers => Delivery.Headers ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Ties an answer to a question.</summary>
    public string? CorrelationId => Delivery.CorrelationId;

    /// <summary>Where an answer should go.</summary>
    public WsmqAddress? ReplyTo => WsmqAddress.TryParse(Delivery.ReplyTo, out var replyTo, out _) ? replyTo : null;

    /// <summary>The message as it came.</summary>
    public WsmqDelivery Delivery { get; }
}
