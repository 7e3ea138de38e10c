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
}
