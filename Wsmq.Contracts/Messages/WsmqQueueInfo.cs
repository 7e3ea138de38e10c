using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The state of a work queue: how many jobs it holds in each state, and its totals.</summary>
public sealed record WsmqQueueInfo
{
    /// <summary>The address of the queue.</summary>
    [JsonPropertyName(Wire.Queue)]
    public required WsmqAddress Queue { get; init; }

    /// <summary>Whether the queue is paused: no worker gets a job.</summary>
    [JsonPropertyName(Wire.Paused)]
    public bool IsPaused { get; init; }

    /// <summary>Jobs that a worker can get.</summary>
    [JsonPropertyName(Wire.Ready)]
    public long Ready { get; init; }

    /// <summary>Jobs whose time has not come.</summary>
    [JsonPropertyName(Wire.Delayed)]
    public long Delayed { get; init; }

    /// <summary>Jobs that workers hold.</summary>
    [JsonPropertyName(Wire.Leased)]
    public long Leased { get; init; }

    /// <summary>Jobs that wait for another attempt.</summary>
    [JsonPropertyName(Wire.Retrying)]
    public long Retrying { get; init; }

    /// <summary>Jobs that wait for an earlier job of their key.</summary>
    [JsonPropertyName(Wire.Blocked)]
    public long Blocked { get; init; }

    /// <summary>Dead letters.</summary>
    [JsonPropertyName(Wire.Dead)]
    public long Dead { get; init; }

    /// <summary>The bytes of all jobs but dead letters, with what the store adds to each.</summary>
    [JsonPropertyName(Wire.Bytes)]
    public long Bytes { get; init; }

    /// <summary>For how long the oldest ready job has been ready, by the store's clock; null where none is ready.</summary>
    [JsonPropertyName(Wire.OldestReadyAge), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? OldestReadyAge { get; init; }

    /// <summary>What has happened in the queue since it was created.</summary>
    [JsonPropertyName(Wire.Totals)]
    public WsmqQueueTotals Totals { get; init; } = new();
}
