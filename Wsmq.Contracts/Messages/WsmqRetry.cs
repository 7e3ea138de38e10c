using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>How a job is retried: the last argument of <see cref="IWsmqHub.Retry"/>.</summary>
public sealed record WsmqRetry
{
    /// <summary>
    /// How long the job waits, in milliseconds, at most the queue's <c>MaxDelay</c>; null for the back-off of the queue.
    /// </summary>
    [JsonPropertyName(Wire.Delay), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Delay { get; init; }

    /// <summary>Whether this was a failed attempt. Default true.</summary>
    [JsonPropertyName(Wire.Counts)]
    public bool Counts { get; init; } = true;

    /// <summary>
    /// Why, for the operator; cut off at 256 characters. It must not contain content of the message. May be null.
    /// </summary>
    [JsonPropertyName(Wire.Reason), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
