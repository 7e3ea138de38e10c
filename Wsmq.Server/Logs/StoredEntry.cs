using System.Text.Json;
using System.Text.Unicode;

namespace Wsmq.Server.Logs;

/// <summary>
/// Whether a stored entry may be copied into a frame. Bodies and metadata were checked where they entered, but whoever can write
/// to the store must not be able to forge frames with it: one pass over the bytes, which builds nothing.
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
    }

    /// <summary>Checks an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isBinary">The body is bytes, and not JSON.</param>
    /// <param name="defect">Why it is not of this program's making, if the result is false.</param>
    public static bool Check(LogEntry entry, out bool isBinary, out string? defect)
    {
        isBinary = false;
        if (entry.Defect is not null)
        {
            defect = entry.Defect;
            return false;
        }

        try
        {
            defect = DefectOf(entry.Metadata.Span, out var fields);
            isBinary = fields.HasFlag(Fields.ContentType);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            defect = e.Message;
        }

        return defect is null && (isBinary || WsmqJsonBody.TryParse(entry.Body, out _, out defect));
    }

    private static string? DefectOf(ReadOnlySpan<byte> metadata, out Fields seen)
    {
        seen = Fields.None;

        // The braces are cut off: nothing may stand before the first and behind the last.
        if (metadata.Length < 2 || metadata[0] != '{' || metadata[^1] != '}')
            return "the metadata are no JSON object";
        var reader = new Utf8JsonReader(metadata, new JsonReaderOptions { MaxDepth = 2 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            if (field == Fields.None)
                return "the metadata have an unknown field";
            if (seen.HasFlag(field))
                return "the metadata have a field twice";
            seen |= field;
            reader.Read();
            if (!IsOfType(field, ref reader))
                return "a field of the metadata is not of its type";
        }

        // Throws where something follows the object.
        reader.Read();
        return seen.HasFlag(Fields.Id | Fields.SentAt) ? null : "the metadata lack a field";
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
        : Fields.None;

    private static bool IsOfType(Fields field, ref Utf8JsonReader reader) => field switch
    {
        Fields.SentAt => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _),
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

    // The reader looks at neither the encoding of strings nor at what is escaped in them. Half of an escaped surrogate pair would
    // end the connection of a client whose strings are Unicode; GetString throws on it.
    private static bool IsText(ref Utf8JsonReader reader) =>
        Utf8.IsValid(reader.ValueSpan) && (!reader.ValueIsEscaped || reader.GetString() is not null);
}
