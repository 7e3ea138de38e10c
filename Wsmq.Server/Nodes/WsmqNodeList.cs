using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The nodes of a deployment.</summary>
public sealed class WsmqNodeList
{
    /// <summary>The nodes that answered, ordered by name and id.</summary>
    [JsonPropertyName("nodes")]
    public required IReadOnlyList<WsmqNode> Nodes { get; init; }

    /// <summary>
    /// The ids of the nodes that are registered and did not answer in time: they crashed, stand still, or do not reach the store. A node
    /// that does not come back is no longer registered after <see cref="WsmqNodeOptions.Expiry"/>.
    /// </summary>
    [JsonPropertyName("missing")]
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Whether the store could be asked and all registered nodes answered.</summary>
    [JsonPropertyName("complete")]
    public required bool IsComplete { get; init; }
}
