using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A page of messages that wait until they are due.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDelayedPage
{
    [JsonPropertyName(Wire.Messages), Description("In the order of their times.")]
    public required WsmqApiDelayed[] Messages { get; init; }

    [JsonPropertyName(Wire.Next), Description("Null after the last page.")]
    public required string? Next { get; init; }
}

/// <summary>A message that waits until it is due, without its body.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDelayed
{
    [JsonPropertyName(Wire.Key), Description("Names it among the messages that wait; ids are those of their senders.")]
    public required string Key { get; init; }

    [JsonPropertyName(Wire.DueAt), Description("In milliseconds since 1970, by the clock of the store.")]
    public required long DueAt { get; init; }

    [JsonPropertyName(Wire.Id), Description("Null if the message is corrupt.")]
    public required string? Id { get; init; }

    [JsonPropertyName(Wire.Sender)]
    public required string? Sender { get; init; }

    [JsonPropertyName(Wire.SentAt)]
    public required long? SentAt { get; init; }

    [JsonPropertyName(Wire.StateKey), Description("The key of the state that the message will set or remove.")]
    public string? StateKey { get; init; }

    [JsonPropertyName(Wire.RemoveState), Description("Whether it will remove the state of the key.")]
    public bool? RemoveState { get; init; }

    [JsonPropertyName(Wire.Type)]
    public required string? Type { get; init; }

    [JsonPropertyName(Wire.ContentType)]
    public required string? ContentType { get; init; }

    [JsonPropertyName("size"), Description("Of the body, in bytes.")]
    public required long Size { get; init; }

    [JsonPropertyName("preview"), Description("The first 200 characters of the body, with the right ReadBody.")]
    public string? Preview { get; init; }
}
