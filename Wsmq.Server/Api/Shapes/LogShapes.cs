using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A page of a log.</summary>
[Description("A page of a log.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiPage
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("entries")]
    public required WsmqApiDelivery[] Entries { get; init; }

    [JsonPropertyName("gaps")]
    public required WsmqApiGap[] Gaps { get; init; }

    [JsonPropertyName(Wire.Next), Description("The parameter after of the next request.")]
    public required string Next { get; init; }

    [JsonPropertyName(Wire.End), Description("Whether the log had no entries after this page.")]
    public required bool End { get; init; }
}

/// <summary>Entries that are missing from a log.</summary>
[Description("Entries that are missing: those after one position and before another.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiGap
{
    [JsonPropertyName("after")]
    public required string After { get; init; }

    [JsonPropertyName("before")]
    public required string Before { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public required string Reason { get; init; }
}

/// <summary>The state of an address.</summary>
[Description("The state of an address: the newest message of each key.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiState
{
    [JsonPropertyName("through"), Description("The position after which the log goes on: the parameter after of a request for it.")]
    public required string Through { get; init; }

    [JsonPropertyName(Wire.Messages), Description("In the order of their positions. Their previous has no meaning.")]
    public required WsmqApiDelivery[] Messages { get; init; }
}

/// <summary>A part of the history of a log.</summary>
[Description("A part of the history of a log. It may be short or empty although more follows.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiHistory
{
    [JsonPropertyName(Wire.Entries), Description("In the order of the request.")]
    public required WsmqApiDelivery[] Entries { get; init; }

    [JsonPropertyName(Wire.Next), Description("The parameter next of the next request; null once everything was searched.")]
    public required string? Next { get; init; }

    [JsonPropertyName(Wire.Tail), Description("The position of the newest entry that the log ever had.")]
    public required string Tail { get; init; }

    [JsonPropertyName(Wire.Damaged), Description("How many entries are left out because their stored data is corrupt; not there if none is.")]
    public int? Damaged { get; init; }
}

/// <summary>A message as it is delivered.</summary>
[Description("A message as it is delivered. Either body or data.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDelivery
{
    [JsonPropertyName(Wire.Source), Description("The address whose log the message is in.")]
    public required string Source { get; init; }

    [JsonPropertyName(Wire.Position), Description("Its place in the log: 16 digits that compare as a text.")]
    public required string Position { get; init; }

    [JsonPropertyName(Wire.Previous), Description("The position of the entry before it.")]
    public required string Previous { get; init; }

    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName(Wire.Sender), Description("The user who sent it; not there if the app did.")]
    public string? Sender { get; init; }

    [JsonPropertyName(Wire.SentAt), Description("In milliseconds since 1970.")]
    public required long SentAt { get; init; }

    [JsonPropertyName(Wire.Type)]
    public string? Type { get; init; }

    [JsonPropertyName(Wire.Body), Description("The JSON value that was sent.")]
    public JsonElement? Body { get; init; }

    [JsonPropertyName(Wire.Data), Description("Bytes in base64.")]
    public byte[]? Data { get; init; }

    [JsonPropertyName(Wire.ContentType)]
    public string? ContentType { get; init; }

    [JsonPropertyName(Wire.Headers)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    [JsonPropertyName(Wire.CorrelationId)]
    public string? CorrelationId { get; init; }

    [JsonPropertyName(Wire.ReplyTo)]
    public string? ReplyTo { get; init; }

    [JsonPropertyName(Wire.TimeToLive), Description("In milliseconds from when it was stored. After that it is not delivered.")]
    public long? TimeToLive { get; init; }

    [JsonPropertyName(Wire.StateKey), Description("The key of the state that the message sets or removes.")]
    public string? StateKey { get; init; }

    [JsonPropertyName(Wire.RemoveState), Description("Whether it removes the state of the key.")]
    public bool? RemoveState { get; init; }

    [JsonPropertyName(Wire.Track), Description("Whether its sender can see that it was delivered and acknowledged.")]
    public bool? Track { get; init; }

    [JsonPropertyName(Wire.AnyDevice), Description("Whether it is for any of the user's devices.")]
    public bool? AnyDevice { get; init; }
}
