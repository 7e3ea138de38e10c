using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>An open connection of a user.</summary>
public sealed class WsmqConnection
{
    /// <summary>The id of its node.</summary>
    [JsonPropertyName("node")]
    public required string Node { get; init; }

    /// <summary>Its id on that node. It is no secret: nobody can use a connection by it.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The name of its device; null for an event stream.</summary>
    [JsonPropertyName("device")]
    public string? Device { get; init; }

    /// <summary><c>hub</c> for a connection of the hub, <c>stream</c> for an event stream of the HTTP API.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>The transport, such as <c>WebSockets</c>.</summary>
    [JsonPropertyName("transport")]
    public required string Transport { get; init; }

    /// <summary>When it was opened, by the clock of its node.</summary>
    [JsonPropertyName("connectedAt"), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset ConnectedAt { get; init; }

    /// <summary>The addresses that it reads, at most 32.</summary>
    [JsonPropertyName("addresses")]
    public required IReadOnlyList<WsmqAddress> Addresses { get; init; }

    /// <summary>How many addresses it reads.</summary>
    [JsonPropertyName("addressCount")]
    public required int AddressCount { get; init; }

    /// <summary>The work queues whose jobs it asks for or holds, at most 32.</summary>
    [JsonPropertyName("queues")]
    public required IReadOnlyList<WsmqAddress> Queues { get; init; }

    /// <summary>How many deliveries it has not acknowledged, and jobs it holds.</summary>
    [JsonPropertyName("inFlight")]
    public required int InFlight { get; init; }
}
