using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// What has become of a tracked message (<see cref="WsmqSendOptions.Track"/>). It is stored for <c>WsmqTrackingOptions.Retention</c> (24 hours by
/// default) after the message, also when the message itself is gone; it does not contain the message's body.
/// </summary>
public sealed record WsmqMessageStatus
{
    /// <summary>The address of the message.</summary>
    [JsonPropertyName(Wire.To)]
    public required string To { get; init; }

    /// <summary>The position of the message, which its receipt has.</summary>
    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    /// <summary>The id of the message.</summary>
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    /// <summary>
    /// What has become of it: <see cref="WsmqDeliveryState.Acknowledged"/> as soon as one reader has acknowledged it; else
    /// <see cref="WsmqDeliveryState.DeadLettered"/> if it is a dead letter of one, else <see cref="WsmqDeliveryState.Delivered"/> if it was
    /// delivered to one. Of a group, look at the counts.
    /// </summary>
    [JsonPropertyName(Wire.State)]
    public required WsmqDeliveryState State { get; init; }

    /// <summary>When it was stored.</summary>
    [JsonPropertyName(Wire.StoredAt), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>When its time to live ends; null if it has none.</summary>
    [JsonPropertyName(Wire.ExpiresAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many readers it was delivered to.</summary>
    [JsonPropertyName(Wire.Delivered)]
    public int Delivered { get; init; }

    /// <summary>How many readers have acknowledged it.</summary>
    [JsonPropertyName(Wire.Acknowledged)]
    public int Acknowledged { get; init; }

    /// <summary>Of how many readers it became a dead letter.</summary>
    [JsonPropertyName(Wire.DeadLettered)]
    public int DeadLettered { get; init; }

    /// <summary>
    /// Of a message to a user, the devices for which something has become of it; in an event, the readers for which something has changed. Null of
    /// a message to a group, whose members are listed by <see cref="IWsmqHub.MessageReaders"/>.
    /// </summary>
    [JsonPropertyName(Wire.Readers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WsmqReaderStatus>? Readers { get; init; }

    /// <summary>
    /// Whether the state is a last one: acknowledged, expired, dead-lettered, lost or skipped. Another device can still acknowledge a message that is a
    /// dead letter of one.
    /// </summary>
    [JsonIgnore]
    public bool IsFinal => State > WsmqDeliveryState.Delivered;
}
