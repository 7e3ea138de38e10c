using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>What has happened in a work queue since it was created, over all nodes and their restarts.</summary>
public sealed record WsmqQueueTotals
{
    /// <summary>Jobs stored; duplicates are not counted.</summary>
    [JsonPropertyName(Wire.Stored)]
    public long Stored { get; init; }

    /// <summary>Jobs completed.</summary>
    [JsonPropertyName(Wire.Completed)]
    public long Completed { get; init; }

    /// <summary>Failed attempts.</summary>
    [JsonPropertyName(Wire.FailedAttempts)]
    public long FailedAttempts { get; init; }

    /// <summary>Leases that ran out and were taken back.</summary>
    [JsonPropertyName(Wire.LostLeases)]
    public long LostLeases { get; init; }

    /// <summary>Jobs that became dead letters; one that is redriven can do so again.</summary>
    [JsonPropertyName(Wire.DeadLettered)]
    public long DeadLettered { get; init; }

    /// <summary>Dead letters removed over a limit.</summary>
    [JsonPropertyName(Wire.DeadLettersRemoved)]
    public long DeadLettersRemoved { get; init; }

    /// <summary>Jobs and dead letters removed by a call: cancelled, purged or deleted.</summary>
    [JsonPropertyName(Wire.Removed)]
    public long Removed { get; init; }
}
