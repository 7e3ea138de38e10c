using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>What has become of a tracked message for one of its readers: a device of a user, or a member of a group.</summary>
public sealed record WsmqReaderStatus
{
    /// <summary>The name of the device, of a message to a user; null of one to a group.</summary>
    [JsonPropertyName(Wire.Device), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>The member, of a message to a group: one for all of its devices. Null of a message to a user.</summary>
    [JsonPropertyName(Wire.User), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>What has become of it.</summary>
    [JsonPropertyName(Wire.State)]
    public required WsmqDeliveryState State { get; init; }

    /// <summary>When it was first delivered, by the clock of the store; null if it was not.</summary>
    [JsonPropertyName(Wire.DeliveredAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When it was acknowledged; null if it was not.</summary>
    [JsonPropertyName(Wire.AcknowledgedAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>When it was found to be expired, dead-lettered, lost or skipped; null if it is not.</summary>
    [JsonPropertyName(Wire.EndedAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? EndedAt { get; init; }
}
