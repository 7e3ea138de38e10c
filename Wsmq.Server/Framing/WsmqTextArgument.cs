using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A text argument of a hub method: a string on the wire. Public because SignalR binds arguments of public methods only; apps have no use
/// for it.
/// </summary>
/// <remarks>
/// Anything but a string is read as null, so that the hub can answer with a code; SignalR would answer a wrong type with a binding error
/// without one.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(TextArgumentConverter))]
public sealed class WsmqTextArgument
{
    internal WsmqTextArgument(string? value) => Value = value;

    internal string? Value { get; }
}

internal sealed class TextArgumentConverter : JsonConverter<WsmqTextArgument>
{
    // Longer than any valid address, position or stored reason: a longer text remains too long, and is not held at its full length.
    private const int Most = 1_024;

    public static readonly TextArgumentConverter Instance = new();

    private static readonly WsmqTextArgument None = new(null);

    public override bool HandleNull => true;

    public override WsmqTextArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return None;
        }

        try
        {
            var text = WireReader.TextOf(ref reader);
            return new WsmqTextArgument(text.Length <= Most ? text : text[..Most]);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: not a text.
            return None;
        }
    }

    /// <summary>Reads an array of texts; null if it is something else, or has more than so many.</summary>
    public static List<string>? ReadMany(ref Utf8JsonReader reader, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        List<string>? texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var text = Instance.Read(ref reader, typeof(WsmqTextArgument), JsonSerializerOptions.Default).Value;
            if (text is null || texts?.Count >= most)
                texts = null;
            texts?.Add(text!);
        }

        return texts;
    }

    public override void Write(Utf8JsonWriter writer, WsmqTextArgument value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
