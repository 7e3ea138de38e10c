using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A node of the deployment, as it described itself.</summary>
public sealed class WsmqNode
{
    /// <summary>Its id: a new one with each start.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Its name: <see cref="WsmqNodeOptions.Name"/>.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The version of wsmq that it runs.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    /// <summary>When it started, by its own clock.</summary>
    [JsonPropertyName("startedAt"), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How many connections of the hub it serves.</summary>
    [JsonPropertyName("connections")]
    public required int Connections { get; init; }

    /// <summary>How many event streams of the HTTP API it serves.</summary>
    [JsonPropertyName("streams")]
    public required int Streams { get; init; }

    /// <summary>How many users have a connection or an event stream on it.</summary>
    [JsonPropertyName("users")]
    public required int Users { get; init; }

    /// <summary>Whether it is stopping.</summary>
    [JsonPropertyName("draining")]
    public required bool IsDraining { get; init; }

    /// <summary>What it does per second.</summary>
    [JsonPropertyName("rates")]
    public required WsmqNodeRates Rates { get; init; }

    /// <summary>How long it takes.</summary>
    [JsonPropertyName("latency")]
    public required WsmqNodeLatency Latency { get; init; }

    /// <summary>The connections that are a second or more behind, the slowest first, at most 20.</summary>
    [JsonPropertyName("slowReaders")]
    public required IReadOnlyList<WsmqSlowReader> SlowReaders { get; init; }

    /// <summary>How many connections are a second or more behind, counted once for each address.</summary>
    [JsonPropertyName("slowReaderCount")]
    public required int SlowReaderCount { get; init; }

    /// <summary>The store, as the node sees it.</summary>
    [JsonPropertyName("store")]
    public required WsmqNodeStore Store { get; init; }
}
