using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A device of a user.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDevice
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("lastSeenAt"), Description("In milliseconds since 1970.")]
    public required long LastSeenAt { get; init; }
}

/// <summary>A dead letter of a user.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDeadLetter
{
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName(Wire.Source)]
    public required string Source { get; init; }

    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName("device")]
    public required string Device { get; init; }

    [JsonPropertyName("attempts")]
    public required int Attempts { get; init; }

    [JsonPropertyName("deadLetteredAt"), Description("In milliseconds since 1970.")]
    public required long DeadLetteredAt { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public required string? Reason { get; init; }

    [JsonPropertyName(Wire.Message), Description("Not in lists.")]
    public WsmqApiDelivery? Message { get; init; }
}
