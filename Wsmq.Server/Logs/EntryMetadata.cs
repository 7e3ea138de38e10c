using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Logs;

/// <summary>Everything about a stored message but its body, its place and its address; JSON in the store.</summary>
internal sealed record EntryMetadata
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    [JsonPropertyName("at")]
    public required long SentAt { get; init; }

    [JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Set for a body of bytes, null for a JSON body.</summary>
    [JsonPropertyName("media"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    [JsonPropertyName("headers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    [JsonPropertyName("corr"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; init; }

    [JsonPropertyName("reply"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplyTo { get; init; }

    public ReadOnlyMemory<byte> ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, EntryMetadataContext.Default.EntryMetadata);

    /// <summary>What a client gets. Throws <see cref="JsonException"/> for an entry that this program did not write.</summary>
    public static Delivery ToDelivery(string source, LogEntry entry)
    {
        var metadata = JsonSerializer.Deserialize(entry.Metadata.Span, EntryMetadataContext.Default.EntryMetadata)
            ?? throw new JsonException("The metadata are null.");
        var binary = metadata.ContentType is not null;

        // Bodies were checked where they entered; a store that somebody else writes to is not trusted with frames.
        if (!binary && !JsonBody.TryParse(entry.Body, out _, out var defect))
            throw new JsonException(defect);
        return new Delivery
        {
            Source = source,
            Position = entry.Position.ToString(),
            Previous = entry.Previous.ToString(),
            Id = metadata.Id,
            Sender = metadata.Sender,
            SentAt = metadata.SentAt,
            Type = metadata.Type,
            Body = binary ? null : JsonBody.Trusted(entry.Body),
            // Without the type null would become an array, and that an empty body of bytes.
            Data = binary ? entry.Body : default(ReadOnlyMemory<byte>?),
            ContentType = metadata.ContentType,
            Headers = metadata.Headers,
            CorrelationId = metadata.CorrelationId,
            ReplyTo = metadata.ReplyTo,
        };
    }
}

[JsonSerializable(typeof(EntryMetadata))]
internal sealed partial class EntryMetadataContext : JsonSerializerContext;
