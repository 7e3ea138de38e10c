using System.Text.Json;

namespace Wsmq;

/// <summary>Writes the fields that messages share in both forms: as they are sent to the server, and as they are stored.</summary>
internal static class WireWriter
{
    /// <summary>Omits the field where there is no value.</summary>
    public static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, Checked(value));
    }

    /// <summary>Omits the field where there are no headers.</summary>
    public static void WriteHeaders(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is not { Count: > 0 })
            return;
        writer.WriteStartObject(Wire.Headers);
        foreach (var (name, value) in headers)
            writer.WriteString(Checked(name), value is null ? null : Checked(value));
        writer.WriteEndObject();
    }

    /// <summary>Returns the text. Rejects unpaired surrogates, which the writer would silently replace by another character.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the text contains an unpaired surrogate.</exception>
    public static string Checked(string text)
    {
        var rest = text.AsSpan();
        for (var at = Next(rest); at >= 0; at = Next(rest = rest[(at + 2)..]))
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
                throw new WsmqException(WsmqErrors.InvalidMessage, "a text contains half of a surrogate pair");
        }

        return text;

        static int Next(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF');
    }
}
