using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// What is known of a job of a work queue, before and after its end: where it waits or who works on it, how far that has come, and how it
/// has ended.
/// </summary>
public sealed record WsmqJobStatus
{
    /// <summary>The job or dead letter, without its message; null where it is not stored.</summary>
    [JsonPropertyName(Wire.Job)]
    public WsmqJobInfo? Job { get; init; }

    /// <summary>
    /// How it has ended; null while it has not, and once that is not known any more: see <c>OutcomeRetention</c> of the queue's options.
    /// </summary>
    [JsonPropertyName(Wire.Outcome)]
    public WsmqJobOutcome? Outcome { get; init; }

    /// <summary>
    /// Whether it has ended. Also true for a position that no job ever had, if a later job is known; false for one after that of the last
    /// job.
    /// </summary>
    [JsonPropertyName(Wire.Ended)]
    public bool HasEnded { get; init; }

    /// <summary>
    /// Whether anything is known of the job. It is not once its outcome is forgotten, and where the queue never had a job of this position.
    /// </summary>
    [JsonIgnore]
    public bool IsKnown => Job is not null || Outcome is not null;

    /// <summary>The last progress that a worker reported, before or after the end; null where none did.</summary>
    [JsonIgnore]
    public WsmqJsonBody? Progress => Outcome?.Progress ?? Job?.Progress;
}
