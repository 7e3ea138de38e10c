using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>An error, as problem details (RFC 9457).</summary>
[Description("An error, as problem details (RFC 9457). Decide by number or code.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiProblem
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("status")]
    public required int Status { get; init; }

    [JsonPropertyName("detail"), Description("What is wrong in this case.")]
    public string? Detail { get; init; }

    [JsonPropertyName(Wire.Number)]
    public required int Number { get; init; }

    [JsonPropertyName("code")]
    public required string Code { get; init; }

    [JsonPropertyName("retry"), Description("Whether the same request can succeed later without a change.")]
    public required bool Retry { get; init; }

    [JsonPropertyName(Wire.RetryAfter), Description("When to try again, in milliseconds.")]
    public long? RetryAfter { get; init; }
}
