using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>Writes logs as operators see them.</summary>
internal static class AddressResponse
{
    private const string Entries = "entries";

    public static Task WriteAsync(ApiCall call, WsmqPage<WsmqAddressInfo> page) => WriteAsync(call, writer =>
    {
        writer.WriteStartArray("addresses");
        foreach (var info in page.Items)
        {
            writer.WriteStartObject();
            writer.WriteString(LogRequest.Address, info.Address.ToString());
            writer.WriteNumber(Entries, info.Entries);
            writer.WriteNumber(Wire.Bytes, info.Bytes);
            Time(writer, "lastAt", info.LastAt);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        End(writer, page);
    });

    public static Task WriteAsync(ApiCall call, WsmqLogInfo info) => WriteAsync(call, writer =>
    {
        writer.WriteString(LogRequest.Address, info.Address.ToString());
        writer.WriteNumber(Entries, info.Entries);
        writer.WriteNumber(Wire.Bytes, info.Bytes);
        writer.WriteString("last", info.Last.ToString());
        writer.WriteString(Wire.Removed, info.Removed.ToString());
        writer.WriteStartArray("cursors");
        foreach (var cursor in info.Cursors)
            Write(writer, cursor);
        writer.WriteEndArray();
        writer.WriteString(Wire.Next, info.Next);
    });

    public static Task WriteAsync(ApiCall call, WsmqPage<WsmqLogEntry> page) => WriteAsync(call, writer =>
    {
        writer.WriteStartArray(Entries);
        foreach (var entry in page.Items)
            Write(writer, entry);
        writer.WriteEndArray();
        End(writer, page);
    });

    public static Task WriteAsync(ApiCall call, WsmqMessageLife life) => WriteAsync(call, writer =>
    {
        writer.WritePropertyName("entry");
        if (life.Entry is { } entry)
            Write(writer, entry);
        else
            writer.WriteNullValue();
        writer.WriteBoolean(Wire.Stored, life.IsStored);
        writer.WriteStartArray("events");
        foreach (var item in life.Events)
            Write(writer, item);
        writer.WriteEndArray();
        writer.WriteBoolean("mayBeMore", life.MayBeMore);
    });

    /// <summary>Writes an entry as lists show it.</summary>
    public static void Write(Utf8JsonWriter writer, WsmqLogEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString(Wire.Position, entry.Position.ToString());
        writer.WriteString(Wire.Id, entry.Id);
        writer.WriteString(Wire.Sender, entry.Sender);
        Time(writer, Wire.SentAt, entry.SentAt);
        Time(writer, "storedAt", entry.StoredAt);
        writer.WriteString(Wire.Type, entry.Type);
        writer.WriteString(Wire.ContentType, entry.ContentType);
        writer.WriteNumber("size", entry.Size);
        if (entry.Preview is not null)
            writer.WriteString("preview", entry.Preview);
        writer.WriteEndObject();
    }

    /// <summary>Writes a time in milliseconds since 1970, or null.</summary>
    public static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            writer.WriteNumber(name, known.ToUnixTimeMilliseconds());
        else
            writer.WriteNull(name);
    }

    /// <summary>Writes what ends a page.</summary>
    public static void End<T>(Utf8JsonWriter writer, WsmqPage<T> page)
    {
        writer.WriteString(Wire.Next, page.Next);
        writer.WriteNumber("scanned", page.Scanned);
    }

    /// <summary>Writes an object.</summary>
    public static Task WriteAsync(ApiCall call, Action<Utf8JsonWriter> compose) =>
        JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer =>
        {
            writer.WriteStartObject();
            compose(writer);
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, WsmqLogCursor cursor)
    {
        writer.WriteStartObject();
        writer.WriteString(OperatorRights.User, cursor.User);
        writer.WriteString("device", cursor.Device);
        writer.WriteString(Wire.Position, cursor.Position.ToString());
        writer.WriteNumber("behind", cursor.Behind);
        writer.WriteBoolean("mayBeMore", cursor.MayBeMore);
        Time(writer, "lastSeenAt", cursor.LastSeenAt);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WsmqMessageEvent item)
    {
        writer.WriteStartObject();
        Time(writer, "at", item.At);
        writer.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(item.Kind.ToString()));
        Optional(writer, OperatorRights.User, item.User);
        Optional(writer, "device", item.Device);
        if (item.Attempts is { } attempts)
            writer.WriteNumber("attempts", attempts);
        Optional(writer, Wire.Reason, item.Reason);
        Optional(writer, "deadLetter", item.DeadLetter);
        writer.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
