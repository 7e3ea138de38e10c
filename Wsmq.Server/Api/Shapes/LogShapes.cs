using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A page of a log.</summary>
[Description("A page of a log.")]
internal sealed record WsmqApiPage
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("entries")]
    public required WsmqDelivery[] Entries { get; init; }

    [JsonPropertyName("gaps")]
    public required WsmqApiGap[] Gaps { get; init; }

    [JsonPropertyName(Wire.Next), Description("The parameter after of the next request.")]
    public required string Next { get; init; }

    [JsonPropertyName(Wire.End), Description("Whether the log had no entries after this page.")]
    public required bool End { get; init; }
}

/// <summary>Entries that are missing from a log.</summary>
[Description("Entries that are missing: those after one position and before another.")]
internal sealed record WsmqApiGap
{
    [JsonPropertyName("after")]
    public required string After { get; init; }

    [JsonPropertyName("before")]
    public required string Before { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public required string Reason { get; init; }
}
