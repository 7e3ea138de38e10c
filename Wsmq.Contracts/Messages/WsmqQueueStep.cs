using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The result of one step of a change of many jobs: the caller repeats the call until <paramref name="Next"/> is null.</summary>
/// <param name="Count">How many jobs this step has changed; may be 0 although more are left.</param>
/// <param name="Next">What to pass to the next call; null once nothing is left. Opaque.</param>
public sealed record WsmqQueueStep(
    [property: JsonPropertyName(Wire.Count)] long Count,
    [property: JsonPropertyName(Wire.Next)] string? Next)
{
    /// <summary>Whether more may be left.</summary>
    [JsonPropertyName(Wire.More)]
    public bool More => Next is not null;
}
