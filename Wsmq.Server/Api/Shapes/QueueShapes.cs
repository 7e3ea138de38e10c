using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A work queue and its jobs, in numbers.</summary>
[Description("A work queue and its jobs, in numbers.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiQueue
{
    [JsonPropertyName(Wire.Queue)]
    public required string Queue { get; init; }

    [JsonPropertyName(Wire.Paused)]
    public required bool Paused { get; init; }

    [JsonPropertyName(Wire.Ready)]
    public required long Ready { get; init; }

    [JsonPropertyName(Wire.Delayed)]
    public required long Delayed { get; init; }

    [JsonPropertyName(Wire.Leased)]
    public required long Leased { get; init; }

    [JsonPropertyName(Wire.Retrying)]
    public required long Retrying { get; init; }

    [JsonPropertyName(Wire.Blocked)]
    public required long Blocked { get; init; }

    [JsonPropertyName(Wire.Dead)]
    public required long Dead { get; init; }

    [JsonPropertyName(Wire.Bytes)]
    public required long Bytes { get; init; }

    [JsonPropertyName(Wire.OldestReadyAge), Description("In milliseconds; null if no job is ready.")]
    public required long? OldestReadyAge { get; init; }

    [JsonPropertyName(Wire.Totals)]
    public required WsmqApiTotals Totals { get; init; }
}

/// <summary>A job of a work queue.</summary>
[Description("A job of a work queue. Times are in milliseconds since 1970.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiJob
{
    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName(Wire.State)]
    public required WsmqJobState State { get; init; }

    [JsonPropertyName(Wire.Time), Description("When the job is due, when its lease ends, or when it died, by its state.")]
    public required long Time { get; init; }

    [JsonPropertyName(Wire.Priority), JsonConverter(typeof(NameConverter<WsmqJobPriority>))]
    public required WsmqJobPriority Priority { get; init; }

    [JsonPropertyName(Wire.Key)]
    public string? Key { get; init; }

    [JsonPropertyName(Wire.UniqueId)]
    public string? UniqueId { get; init; }

    [JsonPropertyName(Wire.Expires)]
    public long? Expires { get; init; }

    [JsonPropertyName(Wire.FailedAttempts)]
    public required int FailedAttempts { get; init; }

    [JsonPropertyName(Wire.LostLeases)]
    public required int LostLeases { get; init; }

    [JsonPropertyName(Wire.Worker)]
    public string? Worker { get; init; }

    [JsonPropertyName(Wire.Progress), Description("Any JSON value.")]
    public JsonElement? Progress { get; init; }

    [JsonPropertyName(Wire.DeadReason)]
    public WsmqDeadReason? DeadReason { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public string? Reason { get; init; }

    [JsonPropertyName(Wire.Message)]
    public WsmqApiDelivery? Message { get; init; }
}

/// <summary>A job while it is stored, or how it has ended.</summary>
[Description("A job while it is stored, or how it has ended.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiJobStatus
{
    [JsonPropertyName(Wire.Job)]
    public required WsmqApiJob? Job { get; init; }

    [JsonPropertyName(Wire.Outcome)]
    public required WsmqApiOutcome? Outcome { get; init; }

    [JsonPropertyName(Wire.Ended)]
    public required bool Ended { get; init; }
}

/// <summary>How a job has ended.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiOutcome
{
    [JsonPropertyName(Wire.End)]
    public required WsmqJobEnd End { get; init; }

    [JsonPropertyName(Wire.Time), Description("In milliseconds since 1970.")]
    public required long Time { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public string? Reason { get; init; }

    [JsonPropertyName(Wire.Progress), Description("Any JSON value.")]
    public JsonElement? Progress { get; init; }
}

/// <summary>Which dead letters of a queue are meant.</summary>
[Description("Which dead letters are meant: all, unless a field restricts them.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiFilter
{
    [JsonPropertyName(Wire.Reason)]
    public WsmqDeadReason? Reason { get; init; }

    [JsonPropertyName(Wire.Type)]
    public string? Type { get; init; }

    [JsonPropertyName(Wire.From), Description("In milliseconds since 1970.")]
    public long? From { get; init; }

    [JsonPropertyName(Wire.Until), Description("In milliseconds since 1970.")]
    public long? Until { get; init; }
}

/// <summary>What has happened in a queue since it was created.</summary>
[Description("What has happened in a queue since it was created.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiTotals
{
    [JsonPropertyName(Wire.Stored)]
    public required long Stored { get; init; }

    [JsonPropertyName(Wire.Completed)]
    public required long Completed { get; init; }

    [JsonPropertyName(Wire.FailedAttempts)]
    public required long FailedAttempts { get; init; }

    [JsonPropertyName(Wire.LostLeases)]
    public required long LostLeases { get; init; }

    [JsonPropertyName(Wire.DeadLettered)]
    public required long DeadLettered { get; init; }

    [JsonPropertyName(Wire.DeadLettersRemoved)]
    public required long DeadLettersRemoved { get; init; }

    [JsonPropertyName(Wire.Removed)]
    public required long Removed { get; init; }
}

/// <summary>A step of a call that takes many.</summary>
[Description("A step of a call that takes many: repeat the request with next, until it is null.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiStep
{
    [JsonPropertyName(Wire.Count)]
    public required long Count { get; init; }

    [JsonPropertyName(Wire.Next)]
    public required string? Next { get; init; }

    [JsonPropertyName(Wire.More)]
    public required bool More { get; init; }
}
