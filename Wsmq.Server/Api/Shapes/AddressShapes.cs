using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>A page of addresses.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiAddressPage
{
    [JsonPropertyName("addresses")]
    public required WsmqApiAddress[] Addresses { get; init; }

    [JsonPropertyName(Wire.Next), Description("Null after the last page. A page may have none and still a next.")]
    public required string? Next { get; init; }

    [JsonPropertyName("scanned")]
    public required long Scanned { get; init; }
}

/// <summary>The figures of an address.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiAddress
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("entries")]
    public required long Entries { get; init; }

    [JsonPropertyName(Wire.Bytes)]
    public required long Bytes { get; init; }

    [JsonPropertyName("lastAt"), Description("In milliseconds since 1970; null if there never was an entry.")]
    public required long? LastAt { get; init; }
}

/// <summary>The figures of a log, and the cursors of its readers.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiLogInfo
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("entries")]
    public required long Entries { get; init; }

    [JsonPropertyName(Wire.Bytes)]
    public required long Bytes { get; init; }

    [JsonPropertyName("last")]
    public required string Last { get; init; }

    [JsonPropertyName(Wire.Removed)]
    public required string Removed { get; init; }

    [JsonPropertyName("cursors")]
    public required WsmqApiCursor[] Cursors { get; init; }

    [JsonPropertyName(Wire.Next), Description("For more cursors of a group; null if there are none.")]
    public required string? Next { get; init; }
}

/// <summary>The cursor of a reader.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiCursor
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("device"), Description("Null for a member of a group of which no device has acknowledged anything there.")]
    public required string? Device { get; init; }

    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName("behind")]
    public required long Behind { get; init; }

    [JsonPropertyName("mayBeMore"), Description("In a long log only the newest entries are counted.")]
    public required bool MayBeMore { get; init; }

    [JsonPropertyName("lastSeenAt"), Description("In milliseconds since 1970; null in groups.")]
    public required long? LastSeenAt { get; init; }
}

/// <summary>A page of entries.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiEntryPage
{
    [JsonPropertyName("entries")]
    public required WsmqApiEntry[] Entries { get; init; }

    [JsonPropertyName(Wire.Next), Description("A position; null after the last page.")]
    public required string? Next { get; init; }

    [JsonPropertyName("scanned")]
    public required long Scanned { get; init; }
}

/// <summary>An entry, without its body.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiEntry
{
    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName(Wire.Id), Description("Null if the entry is corrupt.")]
    public required string? Id { get; init; }

    [JsonPropertyName(Wire.Sender)]
    public required string? Sender { get; init; }

    [JsonPropertyName(Wire.SentAt)]
    public required long? SentAt { get; init; }

    [JsonPropertyName("storedAt")]
    public required long StoredAt { get; init; }

    [JsonPropertyName("expiresAt"), Description("When its time to live ends, in milliseconds since 1970. It is not delivered later.")]
    public long? ExpiresAt { get; init; }

    [JsonPropertyName(Wire.StateKey), Description("The key of the state that the message sets or removes.")]
    public string? StateKey { get; init; }

    [JsonPropertyName(Wire.RemoveState), Description("Whether it removes the state of the key.")]
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

/// <summary>The life of a message.</summary>
internal sealed record WsmqApiLife
{
    [JsonPropertyName("entry")]
    public required WsmqApiEntry? Entry { get; init; }

    [JsonPropertyName(Wire.Stored)]
    public required bool Stored { get; init; }

    [JsonPropertyName("events")]
    public required WsmqApiEvent[] Events { get; init; }

    [JsonPropertyName("mayBeMore"), Description("Of a group only the first 500 members are looked at.")]
    public required bool MayBeMore { get; init; }
}

/// <summary>Something that happened to a message.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiEvent
{
    [JsonPropertyName("at"), Description("In milliseconds since 1970; null if it is not known.")]
    public required long? At { get; init; }

    [JsonPropertyName("kind"), Description("stored, replayed, acknowledged, waiting, failed, deadLettered, removed or expired.")]
    public required string Kind { get; init; }

    [JsonPropertyName("user")]
    public string? User { get; init; }

    [JsonPropertyName("device")]
    public string? Device { get; init; }

    [JsonPropertyName("attempts")]
    public int? Attempts { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public string? Reason { get; init; }

    [JsonPropertyName("deadLetter")]
    public string? DeadLetter { get; init; }
}

/// <summary>What the caller may do.</summary>
internal sealed record WsmqApiRights
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("actions")]
    public required string[] Actions { get; init; }
}
