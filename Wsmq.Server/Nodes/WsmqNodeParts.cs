using System.Text.Json.Serialization;
using Wsmq.Server.Nodes;

namespace Wsmq;

/// <summary>What a node does per second, in the mean of the last five seconds.</summary>
public sealed class WsmqNodeRates
{
    /// <summary>Messages stored by the node's senders; repeated sends do not count.</summary>
    [JsonPropertyName("stored")]
    public required double Stored { get; init; }

    /// <summary>Deliveries written to the node's connections and event streams.</summary>
    [JsonPropertyName("delivered")]
    public required double Delivered { get; init; }

    /// <summary>Acks stored; several acks of a reader that are stored together count once.</summary>
    [JsonPropertyName("acknowledged")]
    public required double Acknowledged { get; init; }

    /// <summary>Live pushes that the app made on the node, whatever the number of receivers.</summary>
    [JsonPropertyName("live")]
    public required double Live { get; init; }

    /// <summary>Attempts at jobs that ended through the node.</summary>
    [JsonPropertyName("jobs")]
    public required double Jobs { get; init; }
}

/// <summary>How long a node takes, in the last five seconds.</summary>
public sealed class WsmqNodeLatency
{
    /// <summary>The median of the time from a send to its receipt on the node, exact to an eighth; null without sends.</summary>
    [JsonPropertyName("appendP50Ms"), JsonConverter(typeof(FractionalMillisecondsConverter))]
    public TimeSpan? AppendP50 { get; init; }

    /// <summary>The same for the slowest percent of the sends: 99 of 100 took less.</summary>
    [JsonPropertyName("appendP99Ms"), JsonConverter(typeof(FractionalMillisecondsConverter))]
    public TimeSpan? AppendP99 { get; init; }
}

/// <summary>A connection that is behind in one address.</summary>
public sealed class WsmqSlowReader
{
    /// <summary>The user.</summary>
    [JsonPropertyName("user")]
    public required string User { get; init; }

    /// <summary>The device.</summary>
    [JsonPropertyName("device")]
    public required string Device { get; init; }

    /// <summary>The address.</summary>
    [JsonPropertyName("address")]
    public required WsmqAddress Address { get; init; }

    /// <summary>The age of the oldest entry that the connection has received and not acknowledged, or that waits to be written.</summary>
    [JsonPropertyName("behindMs"), JsonConverter(typeof(MillisecondsConverter))]
    public required TimeSpan Behind { get; init; }
}

/// <summary>The store, as a node sees it.</summary>
public sealed class WsmqNodeStore
{
    /// <summary><c>redis</c> or <c>sqlite</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>Whether it answered the node's last check.</summary>
    [JsonPropertyName("available")]
    public required bool IsAvailable { get; init; }
}
