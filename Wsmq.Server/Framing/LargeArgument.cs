using System.Text.Json;

namespace Wsmq.Server.Framing;

/// <summary>Arguments larger than any valid one: they are refused, and not held.</summary>
internal static class LargeArgument
{
    /// <summary>Skips the value if it has more than so many bytes; returns whether it had. Otherwise nothing is read.</summary>
    public static bool TrySkip(ref Utf8JsonReader reader, int most)
    {
        var ahead = reader;
        ahead.Skip();
        if (ahead.BytesConsumed - reader.TokenStartIndex <= most)
            return false;
        reader = ahead;
        return true;
    }

    /// <summary>Reads any JSON value; with what is wrong with it, if the value is not held.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="name">The name of the argument.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="tooLarge">What is wrong with a larger one.</param>
    public static (WsmqJsonBody? Value, string? Defect) ReadJson(ref Utf8JsonReader reader, string name, int most, string tooLarge)
    {
        if (TrySkip(ref reader, most))
            return (null, tooLarge);
        using var document = JsonDocument.ParseValue(ref reader);
        return WsmqJsonBody.TryParse(JsonBodyConverter.Cut(document.RootElement).Utf8, out var value, out var detail)
            ? (value, null)
            : (null, $"{name}: {detail}");
    }
}
