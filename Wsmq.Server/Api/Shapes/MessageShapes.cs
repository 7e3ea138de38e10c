using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A message to send.</summary>
[Description("A message to send. Either body or data; key, uniqueId and priority are for work queues.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiMessage
{
    [JsonPropertyName(Wire.To), Description("The address, such as user:bob, group:ops or work:emails.")]
    public required string To { get; init; }

    [JsonPropertyName(Wire.Id), Description("The same as the header Idempotency-Key. Without both the server makes one.")]
    public string? Id { get; init; }

    [JsonPropertyName(Wire.Type)]
    public string? Type { get; init; }

    [JsonPropertyName(Wire.Body), Description("Any JSON value.")]
    public JsonElement? Body { get; init; }

    [JsonPropertyName(Wire.Data), Description("Bytes in base64, instead of a body.")]
    public byte[]? Data { get; init; }

    [JsonPropertyName(Wire.ContentType)]
    public string? ContentType { get; init; }

    [JsonPropertyName(Wire.Headers)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    [JsonPropertyName(Wire.CorrelationId)]
    public string? CorrelationId { get; init; }

    [JsonPropertyName(Wire.ReplyTo)]
    public string? ReplyTo { get; init; }

    [JsonPropertyName(Wire.Key), Description("Jobs of one key run one after another.")]
    public string? Key { get; init; }

    [JsonPropertyName(Wire.UniqueId), Description("At most one job with it waits or runs.")]
    public string? UniqueId { get; init; }

    [JsonPropertyName(Wire.Priority), JsonConverter(typeof(NameConverter<WsmqJobPriority>))]
    public WsmqJobPriority? Priority { get; init; }

    [JsonPropertyName(Wire.Delay), Description("In milliseconds.")]
    public long? Delay { get; init; }

    [JsonPropertyName(Wire.NotBefore), Description("In milliseconds since 1970.")]
    public long? NotBefore { get; init; }

    [JsonPropertyName(Wire.TimeToLive), Description("In milliseconds from when it is stored. After that it is not delivered.")]
    public long? TimeToLive { get; init; }

    [JsonPropertyName(Wire.StateKey), Description("For users and groups: the message is the state of this key until another one replaces it.")]
    public string? StateKey { get; init; }

    [JsonPropertyName(Wire.RemoveState), Description("Whether it removes the state of its stateKey. It has no body then.")]
    public bool? RemoveState { get; init; }

    [JsonPropertyName(Wire.AnyDevice), Description("For users: what one of the user's devices has acknowledged is not delivered to the others.")]
    public bool? AnyDevice { get; init; }

    [JsonPropertyName(Wire.ExpectedTail), Description("For users and groups: it is stored only if this is the last position of the log.")]
    public string? ExpectedTail { get; init; }

    [JsonPropertyName(Wire.Producer), Description("For users and groups: the name of a producer that numbers its messages to each address; with epoch and seq.")]
    public string? Producer { get; init; }

    [JsonPropertyName(Wire.Epoch), Description("The epoch of the producer: a higher one begins at number 1 again.")]
    public long? Epoch { get; init; }

    [JsonPropertyName(Wire.Seq), Description("The number of the message in this epoch: the one after that of the message before.")]
    public long? Seq { get; init; }

    [JsonPropertyName(Wire.Track), Description("For users and groups: whether what becomes of it is stored for its sender.")]
    public bool? Track { get; init; }
}

/// <summary>The result of one message of an array: a receipt, or an error.</summary>
[Description("The result of one message of an array: a receipt, or an error.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiResult
{
    [JsonPropertyName("status")]
    public required int Status { get; init; }

    [JsonPropertyName(Wire.Id)]
    public string? Id { get; init; }

    [JsonPropertyName(Wire.Position)]
    public string? Position { get; init; }

    [JsonPropertyName(Wire.DueAt)]
    public long? DueAt { get; init; }

    [JsonPropertyName(Wire.Duplicate)]
    public bool? Duplicate { get; init; }

    [JsonPropertyName(Wire.UniqueIdTaken)]
    public bool? UniqueIdTaken { get; init; }

    [JsonPropertyName(Wire.Error)]
    public WsmqApiProblem? Error { get; init; }
}

/// <summary>The reply to a request.</summary>
[Description("The reply to a request. Either body or data.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiReply
{
    [JsonPropertyName(Wire.Type)]
    public string? Type { get; init; }

    [JsonPropertyName(Wire.Body), Description("Any JSON value.")]
    public JsonElement? Body { get; init; }

    [JsonPropertyName(Wire.Data), Description("Bytes in base64, instead of a body.")]
    public byte[]? Data { get; init; }

    [JsonPropertyName(Wire.ContentType)]
    public string? ContentType { get; init; }

    [JsonPropertyName(Wire.Headers)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    [JsonPropertyName(Wire.Responder), Description("The user who replied; absent if the app did.")]
    public string? Responder { get; init; }
}

/// <summary>The receipt of a stored message.</summary>
[Description("The receipt of a stored message.")]
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiReceipt
{
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName(Wire.Position), Description("The place of the message in the log: 16 digits that compare as a text. Absent while it waits.")]
    public string? Position { get; init; }

    [JsonPropertyName(Wire.DueAt), Description("When it is due, in milliseconds since 1970, if it waits.")]
    public long? DueAt { get; init; }

    [JsonPropertyName(Wire.Duplicate), Description("Whether it was stored before, under the same id.")]
    public required bool Duplicate { get; init; }

    [JsonPropertyName(Wire.UniqueIdTaken), Description("Whether another job has its uniqueId, so that it was not stored.")]
    public bool? UniqueIdTaken { get; init; }
}
