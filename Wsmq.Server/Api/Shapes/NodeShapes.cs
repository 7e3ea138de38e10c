using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>The nodes of the deployment.</summary>
internal sealed record WsmqApiNodes
{
    [JsonPropertyName("nodes")]
    public required WsmqApiNode[] Nodes { get; init; }

    [JsonPropertyName("missing"), Description("The ids of registered nodes that did not answer in time.")]
    public required string[] Missing { get; init; }

    [JsonPropertyName("complete"), Description("Whether the store could be asked and all registered nodes answered.")]
    public required bool Complete { get; init; }
}

/// <summary>A node.</summary>
internal sealed record WsmqApiNode
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("version")]
    public required string Version { get; init; }

    [JsonPropertyName("startedAt"), Description("In milliseconds since 1970.")]
    public required long StartedAt { get; init; }

    [JsonPropertyName("connections"), Description("Connections of the hub.")]
    public required int Connections { get; init; }

    [JsonPropertyName("streams"), Description("Event streams of this API.")]
    public required int Streams { get; init; }

    [JsonPropertyName("users")]
    public required int Users { get; init; }

    [JsonPropertyName("draining")]
    public required bool Draining { get; init; }

    [JsonPropertyName("rates"), Description("Per second, in the mean of the last five seconds.")]
    public required WsmqNodeRates Rates { get; init; }

    [JsonPropertyName("latency")]
    public required WsmqApiLatency Latency { get; init; }

    [JsonPropertyName("slowReaders"), Description("At most 20, the slowest first.")]
    public required WsmqApiSlowReader[] SlowReaders { get; init; }

    [JsonPropertyName("slowReaderCount")]
    public required int SlowReaderCount { get; init; }

    [JsonPropertyName("store")]
    public required WsmqNodeStore Store { get; init; }
}

/// <summary>From a send to its receipt, over the last five seconds.</summary>
internal sealed record WsmqApiLatency
{
    [JsonPropertyName("appendP50Ms"), Description("Null without sends.")]
    public required double? AppendP50 { get; init; }

    [JsonPropertyName("appendP99Ms"), Description("Null without sends.")]
    public required double? AppendP99 { get; init; }
}

/// <summary>A connection that is a second or more behind in one address.</summary>
internal sealed record WsmqApiSlowReader
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("device")]
    public required string Device { get; init; }

    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("behindMs")]
    public required long Behind { get; init; }
}

/// <summary>The open connections of a user.</summary>
internal sealed record WsmqApiConnections
{
    [JsonPropertyName("connections"), Description("The newest first, at most 1,000, and 200 of one node.")]
    public required WsmqApiConnection[] Connections { get; init; }

    [JsonPropertyName("count"), Description("How many there are on the nodes that answered.")]
    public required int Count { get; init; }

    [JsonPropertyName("missing"), Description("The ids of registered nodes that did not answer in time.")]
    public required string[] Missing { get; init; }

    [JsonPropertyName("complete"), Description("Whether the store could be asked and all registered nodes answered.")]
    public required bool Complete { get; init; }
}

/// <summary>An open connection.</summary>
internal sealed record WsmqApiConnection
{
    [JsonPropertyName("node")]
    public required string Node { get; init; }

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("device"), Description("Null for an event stream.")]
    public required string? Device { get; init; }

    [JsonPropertyName("kind"), Description("hub or stream.")]
    public required string Kind { get; init; }

    [JsonPropertyName("transport")]
    public required string Transport { get; init; }

    [JsonPropertyName("connectedAt"), Description("In milliseconds since 1970.")]
    public required long ConnectedAt { get; init; }

    [JsonPropertyName("addresses"), Description("What it reads: at most 32.")]
    public required string[] Addresses { get; init; }

    [JsonPropertyName("addressCount")]
    public required int AddressCount { get; init; }

    [JsonPropertyName("queues"), Description("The work queues whose jobs it asks for or holds: at most 32.")]
    public required string[] Queues { get; init; }

    [JsonPropertyName("inFlight"), Description("Deliveries that are not acknowledged, and jobs that it holds.")]
    public required int InFlight { get; init; }
}
