using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Selects dead letters of a work queue: those that meet every condition that is set.</summary>
public sealed record WsmqDeadLetterFilter
{
    /// <summary>Why they are dead letters.</summary>
    [JsonPropertyName(Wire.Reason), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqDeadReason? Reason { get; init; }

    /// <summary>The type of the message.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The time from which on they became dead letters.</summary>
    [JsonPropertyName(Wire.From), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? From { get; init; }

    /// <summary>The time before which they became dead letters.</summary>
    [JsonPropertyName(Wire.Until), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }
}
