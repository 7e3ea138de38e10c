using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Nodes;

/// <summary>A question to all nodes.</summary>
internal sealed class NodeQuestion
{
    /// <summary>Raised only by a change after which older nodes would misread it. Nodes ignore fields that they do not know.</summary>
    public const int Current = 1;

    public const string OfNode = "node";
    public const string OfUser = "connections";

    /// <summary>Whether a work queue has workers on the node; <see cref="User"/> is its name, and the answer their number.</summary>
    public const string OfQueue = "workers";

    [JsonPropertyName("v")]
    public required int Version { get; init; }

    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    [JsonPropertyName("user")]
    public string? User { get; init; }
}

/// <summary>A node's answer.</summary>
internal sealed class NodeAnswer
{
    public const string Ok = "ok";

    /// <summary>The node does not know the question: it comes from a newer node.</summary>
    public const string Unknown = "unknown";

    [JsonPropertyName("v")]
    public required int Version { get; init; }

    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("node")]
    public WsmqNode? Node { get; init; }

    [JsonPropertyName("connections")]
    public IReadOnlyList<WsmqConnection>? Connections { get; init; }

    [JsonPropertyName("count")]
    public int Count { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(NodeQuestion))]
[JsonSerializable(typeof(NodeAnswer))]
[JsonSerializable(typeof(WsmqNodeList))]
[JsonSerializable(typeof(WsmqUserConnections))]
internal sealed partial class NodesJson : JsonSerializerContext
{
    /// <summary>Does not escape text in other alphabets.</summary>
    public static NodesJson Relaxed { get; } =
        new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>Short durations: milliseconds with a fraction.</summary>
internal sealed class FractionalMillisecondsConverter : JsonConverter<TimeSpan>
{
    private const double Most = 1e12;

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && Math.Abs(value) <= Most
            ? TimeSpan.FromMilliseconds(value)
            : throw new JsonException("The value is no duration in milliseconds.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.TotalMilliseconds, 3));
}
