using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A job that a worker holds, as it names it in calls of <see cref="IWsmqHub.CompleteMany"/>.</summary>
/// <param name="Position">The position of the job's message.</param>
/// <param name="Token">The token of the lease.</param>
public sealed record WsmqJobLease(
    [property: JsonPropertyName(Wire.Position)] string Position, [property: JsonPropertyName(Wire.Token)] string Token);
