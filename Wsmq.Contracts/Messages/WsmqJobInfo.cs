using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A job of a work queue as it is stored.</summary>
public sealed record WsmqJobInfo
{
    /// <summary>The position of the job in its queue, which identifies it; the receipt of its send has it.</summary>
    [JsonPropertyName(Wire.Position)]
    public required WsmqPosition Position { get; init; }

    /// <summary>The state of the job.</summary>
    [JsonPropertyName(Wire.State)]
    public required WsmqJobState State { get; init; }

    /// <summary>
    /// The time of the state: since when it is ready or blocked, when it is due, when its lease ends, or when it became a dead letter.
    /// </summary>
    [JsonPropertyName(Wire.Time), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset Time { get; init; }

    /// <summary>The priority.</summary>
    [JsonPropertyName(Wire.Priority), JsonConverter(typeof(NameConverter<WsmqJobPriority>))]
    public WsmqJobPriority Priority { get; init; } = WsmqJobPriority.Normal;

    /// <summary>The key: jobs of one key are worked on one at a time; null where the sender gave none.</summary>
    [JsonPropertyName(Wire.Key), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The unique id; null where the sender gave none.</summary>
    [JsonPropertyName(Wire.UniqueId), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UniqueId { get; init; }

    /// <summary>The end of the time to live; null where the sender gave none.</summary>
    [JsonPropertyName(Wire.Expires), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The failed attempts so far.</summary>
    [JsonPropertyName(Wire.FailedAttempts)]
    public int FailedAttempts { get; init; }

    /// <summary>The lost leases so far.</summary>
    [JsonPropertyName(Wire.LostLeases)]
    public int LostLeases { get; init; }

    /// <summary>The worker that holds the job, or held it last; null where none did.</summary>
    [JsonPropertyName(Wire.Worker), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>
    /// The last progress that a worker reported; null where none did. That of a dead letter is in its <see cref="WsmqJobStatus.Outcome"/>.
    /// </summary>
    [JsonPropertyName(Wire.Progress), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Progress { get; init; }

    /// <summary>Why it is a dead letter; null where it is none.</summary>
    [JsonPropertyName(Wire.DeadReason), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqDeadReason? DeadReason { get; init; }

    /// <summary>Of a dead letter: what the worker stated; null where it stated nothing.</summary>
    [JsonPropertyName(Wire.Reason), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The message; null where it was not asked for, or its stored form is corrupt.</summary>
    [JsonPropertyName(Wire.Message), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqDelivery? Message { get; init; }
}
