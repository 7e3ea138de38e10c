using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The reply to a request: the result of <see cref="IWsmqHub.Request"/>.</summary>
public sealed record WsmqReply
{
    /// <summary>The name of the type of the reply; null where the responder gave none.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>
    /// The JSON body; null where the body is bytes, and where a worker that knows nothing of requests has completed the job.
    /// </summary>
    [JsonPropertyName(Wire.Body), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where the body is JSON.</summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>; null where the body is JSON.</summary>
    [JsonPropertyName(Wire.ContentType), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>The headers from the responder; null where there are none.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The identifier of the user who replied, set by the server; null where the app itself replied.</summary>
    [JsonPropertyName(Wire.Responder), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Responder { get; init; }

    /// <summary>Describes the reply without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqReply)} {{ {nameof(Type)} = {Type}, {nameof(Responder)} = {Responder} }}";
}
