using System.Text.Json;

namespace Wsmq;

/// <summary>Writes the fields that messages have in common, wherever they are written: on their way in, and as they are stored.</summary>
internal static class WireWriter
{
    /// <summary>Nothing where there is no value.</summary>
    public static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>Nothing where there are none.</summary>
    public static void WriteHeaders(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is not { Count: > 0 })
            return;
        writer.WriteStartObject(Wire.Headers);
        foreach (var (name, value) in headers)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }
}
