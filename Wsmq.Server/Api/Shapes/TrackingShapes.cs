using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>What has become of a tracked message.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiMessageStatus
{
    [JsonPropertyName(Wire.To)]
    public required string To { get; init; }

    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName(Wire.State), Description("stored, delivered, acknowledged, expired, dead-lettered, lost or skipped.")]
    public required string State { get; init; }

    [JsonPropertyName(Wire.StoredAt), Description("In milliseconds since 1970.")]
    public required long StoredAt { get; init; }

    [JsonPropertyName(Wire.ExpiresAt), Description("When its time to live ends, in milliseconds since 1970.")]
    public long? ExpiresAt { get; init; }

    [JsonPropertyName(Wire.Delivered), Description("How many readers it was delivered to.")]
    public required int Delivered { get; init; }

    [JsonPropertyName(Wire.Acknowledged), Description("How many readers have acknowledged it.")]
    public required int Acknowledged { get; init; }

    [JsonPropertyName(Wire.DeadLettered), Description("Of how many readers it became a dead letter.")]
    public required int DeadLettered { get; init; }

    [JsonPropertyName(Wire.Readers), Description("Of a user, the devices for which something has become of it.")]
    public WsmqApiReaderStatus[]? Readers { get; init; }
}

/// <summary>What has become of a tracked message for one reader.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiReaderStatus
{
    [JsonPropertyName(Wire.Device), Description("Of a message to a user.")]
    public string? Device { get; init; }

    [JsonPropertyName(Wire.User), Description("Of a message to a group.")]
    public string? User { get; init; }

    [JsonPropertyName(Wire.State)]
    public required string State { get; init; }

    [JsonPropertyName(Wire.DeliveredAt)]
    public long? DeliveredAt { get; init; }

    [JsonPropertyName(Wire.AcknowledgedAt)]
    public long? AcknowledgedAt { get; init; }

    [JsonPropertyName(Wire.EndedAt), Description("When it was found to be expired, dead-lettered, lost or skipped.")]
    public long? EndedAt { get; init; }
}
