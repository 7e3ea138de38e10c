using System.Text.Json;

namespace Wsmq;

/// <summary>Writes the fields that messages have in common, wherever they are written: on their way in, and as they are stored.</summary>
internal static class WireWriter
{
    /// <summary>Nothing where there is no value.</summary>
    public static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, Checked(value));
    }

    /// <summary>Nothing where there are none.</summary>
    public static void WriteHeaders(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is not { Count: > 0 })
            return;
        writer.WriteStartObject(Wire.Headers);
        foreach (var (name, value) in headers)
            writer.WriteString(Checked(name), value is null ? null : Checked(value));
        writer.WriteEndObject();
    }

    /// <summary>The text. Half of a surrogate pair is none: the writer would put another character in its place without a word.</summary>
    /// <exception cref="WsmqException">It holds half of a surrogate pair.</exception>
    public static string Checked(string text)
    {
        var rest = text.AsSpan();
        for (var at = Next(rest); at >= 0; at = Next(rest = rest[(at + 2)..]))
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
                throw new WsmqException(WsmqErrors.InvalidMessage, "a text holds half of a surrogate pair");
        }

        return text;

        static int Next(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF');
    }
}
