using System.Collections.ObjectModel;

namespace Wsmq;

/// <summary>
/// A durable message with a typed body, as a handler of <see cref="WsmqClient"/> receives it. It is acknowledged when the handler returns.
/// </summary>
/// <typeparam name="T">The type of the body.</typeparam>
public sealed class WsmqMessage<T>
{
    /// <summary>Creates a message, for example to test a handler.</summary>
    /// <param name="delivery">The message in its wire form.</param>
    /// <param name="body">The deserialized body.</param>
    public WsmqMessage(WsmqDelivery delivery, T body)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        Delivery = delivery;
        Body = body;
    }

    /// <summary>The deserialized body.</summary>
    public T Body { get; }

    /// <summary>The address whose log the message comes from: the user's own queue, or a group.</summary>
    public WsmqAddress Source => WsmqAddress.Parse(Delivery.Source);

    /// <summary>The position of the message in that log.</summary>
    public WsmqPosition Position => WsmqPosition.Parse(Delivery.Position);

    /// <summary>The id of the message: the sender's, or a generated one. It stays the same when the message is delivered again.</summary>
    public string Id => Delivery.Id;

    /// <summary>The identifier of the user who sent the message, set by the server; null where the app itself sent it.</summary>
    public string? Sender => Delivery.Sender;

    /// <summary>When the server accepted the message, in UTC.</summary>
    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeMilliseconds(Delivery.SentAt);

    /// <summary>The name of the message type on the wire; null where the sender gave none.</summary>
    public string? Type => Delivery.Type;

    /// <summary>The headers from the sender; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Headers => Delivery.Headers ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Correlates a reply with its request; null where the sender gave none.</summary>
    public string? CorrelationId => Delivery.CorrelationId;

    /// <summary>The address for replies; null where the sender gave none.</summary>
    public WsmqAddress? ReplyTo => WsmqAddress.TryParse(Delivery.ReplyTo, out var replyTo, out _) ? replyTo : null;

    /// <summary>
    /// When the time to live of the message ends, by the clock of the store; null where it has none. The server does not deliver it later. A
    /// handler that runs later may have been delayed by those before it.
    /// </summary>
    public DateTimeOffset? ExpiresAt => MessageLife.EndOf(Position, Delivery.TimeToLive);

    /// <summary>
    /// The key of the state whose newest message this is (<see cref="WsmqSendOptions.StateKey"/>); null where the sender gave none.
    /// </summary>
    public string? StateKey => Delivery.StateKey;

    /// <summary>Whether the sender can see that the message was delivered and acknowledged (<see cref="WsmqSendOptions.Track"/>).</summary>
    public bool IsTracked => Delivery.Track;

    /// <summary>
    /// Whether the message removes the state of its <see cref="StateKey"/>. The client passes removals to the handler of
    /// <see cref="WsmqClient.OnStateRemoved"/>, and to <see cref="WsmqClient.ReadAllAsync"/>.
    /// </summary>
    public bool RemovesState => Delivery.RemoveState;

    /// <summary>
    /// Whether the message was delivered as state, because it is not in the log any more, and not in the order of the log. Until the whole
    /// state was handled (<see cref="WsmqClient.StateComplete"/>), it is handled again after the next start.
    /// </summary>
    public bool IsState => Delivery.IsState;

    /// <summary>The message in its wire form.</summary>
    public WsmqDelivery Delivery { get; }
}
