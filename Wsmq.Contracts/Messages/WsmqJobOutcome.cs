using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>How and when a job of a work queue has ended.</summary>
public sealed record WsmqJobOutcome
{
    /// <summary>How it has ended.</summary>
    [JsonPropertyName(Wire.End)]
    public required WsmqJobEnd End { get; init; }

    /// <summary>When it has ended, by the store's clock.</summary>
    [JsonPropertyName(Wire.Time), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// What the worker stated in the last attempt or in its rejection, for a job that was rejected or has used up its attempts; otherwise
    /// null.
    /// </summary>
    [JsonPropertyName(Wire.Reason), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The last progress that a worker reported; null where none did, or where only the dead letter is known.</summary>
    [JsonPropertyName(Wire.Progress), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Progress { get; init; }
}
