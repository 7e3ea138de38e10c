using System.Text.Json;
using System.Text.Unicode;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>
/// Checks whether a stored entry may be copied into a frame. Bodies and metadata were checked when they were received, but another program
/// that can write to the store must not be able to forge frames with it. The check is one pass over the bytes, which builds no objects.
/// </summary>
internal static class StoredEntry
{
    [Flags]
    private enum Fields
    {
        None = 0,
        Id = 1,
        Sender = 2,
        SentAt = 4,
        Type = 8,
        ContentType = 16,
        Headers = 32,
        CorrelationId = 64,
        ReplyTo = 128,
        TimeToLive = 256,
        StateKey = 512,
        RemoveState = 1024,
        Track = 2048,
        AnyDevice = 4096,
    }

    /// <summary>What few entries have.</summary>
    /// <param name="TimeToLive">How long the entry may wait for its delivery, in ms; 0 if it has no limit.</param>
    /// <param name="IsTracked">Whether its sender tracks it.</param>
    /// <param name="IsForAnyDevice">Whether it is for any of the user's devices.</param>
    public readonly record struct Rare(long TimeToLive, bool IsTracked, bool IsForAnyDevice);

    /// <summary>Checks an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isBinary">The body is binary, and not JSON.</param>
    /// <param name="defect">Why the entry is corrupt or foreign, if the result is false.</param>
    public static bool Check(LogEntry entry, out bool isBinary, out string? defect) => Check(entry, out isBinary, out _, out defect);

    /// <summary>As the other overload.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isBinary">The body is binary, and not JSON.</param>
    /// <param name="rare">What few entries have.</param>
    /// <param name="defect">Why the entry is corrupt or foreign, if the result is false.</param>
    public static bool Check(LogEntry entry, out bool isBinary, out Rare rare, out string? defect)
    {
        (isBinary, rare) = (false, default);
        if (entry.Defect is not null)
        {
            defect = entry.Defect;
            return false;
        }

        try
        {
            var timeToLive = 0L;
            defect = DefectOf(entry.Metadata.Span, out var fields, ref timeToLive);
            isBinary = fields.HasFlag(Fields.ContentType);
            rare = new Rare(timeToLive, fields.HasFlag(Fields.Track), fields.HasFlag(Fields.AnyDevice));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            defect = e.Message;
        }

        return defect is null && (isBinary || WsmqJsonBody.TryParse(entry.Body, out _, out defect));
    }

    private static string? DefectOf(ReadOnlySpan<byte> metadata, out Fields seen, ref long timeToLive)
    {
        seen = Fields.None;

        // The braces are cut off when a frame is composed: nothing may precede the first or follow the last.
        if (metadata.Length < 2 || metadata[0] != '{' || metadata[^1] != '}')
            return "the metadata is not a JSON object";
        var reader = new Utf8JsonReader(metadata, new JsonReaderOptions { MaxDepth = 2 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            if (field == Fields.None)
                return "the metadata has an unknown field";
            if (seen.HasFlag(field))
                return "the metadata has a duplicate field";
            seen |= field;
            reader.Read();
            if (!IsOfType(field, ref reader))
                return "a metadata field has the wrong type";
            if (field == Fields.TimeToLive)
                timeToLive = reader.GetInt64();
        }

        // Throws if data follows the object.
        reader.Read();
        return seen.HasFlag(Fields.Id | Fields.SentAt) ? null : "the metadata lacks a required field";
    }

    private static Fields FieldOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) ? Fields.Id
        : reader.ValueTextEquals("sender"u8) ? Fields.Sender
        : reader.ValueTextEquals("sentAt"u8) ? Fields.SentAt
        : reader.ValueTextEquals("type"u8) ? Fields.Type
        : reader.ValueTextEquals("contentType"u8) ? Fields.ContentType
        : reader.ValueTextEquals("headers"u8) ? Fields.Headers
        : reader.ValueTextEquals("correlationId"u8) ? Fields.CorrelationId
        : reader.ValueTextEquals("replyTo"u8) ? Fields.ReplyTo
        : reader.ValueTextEquals("timeToLive"u8) ? Fields.TimeToLive
        : reader.ValueTextEquals("stateKey"u8) ? Fields.StateKey
        : reader.ValueTextEquals("removeState"u8) ? Fields.RemoveState
        : reader.ValueTextEquals("track"u8) ? Fields.Track
        : reader.ValueTextEquals("anyDevice"u8) ? Fields.AnyDevice
        : Fields.None;

    private static bool IsOfType(Fields field, ref Utf8JsonReader reader) => field switch
    {
        Fields.SentAt => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _),
        Fields.TimeToLive => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var life) && life > 0,
        Fields.RemoveState or Fields.Track or Fields.AnyDevice => reader.TokenType == JsonTokenType.True,
        Fields.Headers => AreHeaders(ref reader),
        _ => reader.TokenType == JsonTokenType.String && IsText(ref reader),
    };

    private static bool AreHeaders(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!IsText(ref reader) || !reader.Read() || reader.TokenType != JsonTokenType.String || !IsText(ref reader))
                return false;
        }

        return true;
    }

    // The reader checks neither the encoding of strings nor their escapes. Half of an escaped surrogate pair would end the connection of a
    // client whose strings are Unicode; GetString throws on it.
    private static bool IsText(ref Utf8JsonReader reader) =>
        Utf8.IsValid(reader.ValueSpan) && (!reader.ValueIsEscaped || reader.GetString() is not null);
}
