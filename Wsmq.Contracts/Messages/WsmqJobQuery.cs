using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Which jobs of a work queue to list: the argument of <see cref="IWsmqHub.PeekJobs"/>.</summary>
public sealed record WsmqJobQuery
{
    /// <summary>The most jobs that one call of the hub returns.</summary>
    public const int MostJobs = 200;

    internal const int UsualJobs = 100;

    /// <summary>The state of the jobs.</summary>
    [JsonPropertyName(Wire.State)]
    public WsmqJobState State { get; init; }

    /// <summary>How many jobs to leave out, 0 or more.</summary>
    [JsonPropertyName(Wire.Skip)]
    public int Skip { get; init; }

    /// <summary>The most jobs to return: 1 to 200. Null for 100.</summary>
    [JsonPropertyName(Wire.Max), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Max { get; init; }

    /// <summary>Whether to return the messages as well. Then the result may be shorter: it ends with the job that reaches 256 KiB.</summary>
    [JsonPropertyName(Wire.Messages)]
    public bool WithMessages { get; init; }
}
