using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The open connections of a user.</summary>
public sealed class WsmqUserConnections
{
    /// <summary>The connections, the newest first; if there are too many, only some of them.</summary>
    [JsonPropertyName("connections")]
    public required IReadOnlyList<WsmqConnection> Connections { get; init; }

    /// <summary>How many connections the user has on the nodes that answered.</summary>
    [JsonPropertyName("count")]
    public required int Count { get; init; }

    /// <summary>The ids of the nodes that are registered and did not answer in time.</summary>
    [JsonPropertyName("missing")]
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Whether the store could be asked and all registered nodes answered.</summary>
    [JsonPropertyName("complete")]
    public required bool IsComplete { get; init; }
}
