using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Framing;

namespace Wsmq;

/// <summary>
/// Several texts as an argument of a hub method: an array on the wire, or null. Public because SignalR binds arguments of public methods only; apps
/// have no use for it.
/// </summary>
/// <remarks>Anything else is refused with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(TextsArgumentConverter))]
public sealed class WsmqTextsArgument
{
    private readonly IReadOnlyList<string>? _values;
    private readonly string? _defect;

    internal WsmqTextsArgument(IReadOnlyList<string>? values, string? defect) => (_values, _defect) = (values, defect);

    /// <summary>The texts; null for null.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal IReadOnlyList<string>? Values => _defect is null ? _values : throw new WsmqException(WsmqErrors.InvalidMessage, _defect);
}

internal sealed class TextsArgumentConverter : JsonConverter<WsmqTextsArgument>
{
    private const int MostBytes = 16 * 1024;
    private const string Malformed = "an argument is an array of texts, or null";

    public override bool HandleNull => true;

    public override WsmqTextsArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return new WsmqTextsArgument(null, null);
        if (LargeArgument.TrySkip(ref reader, MostBytes))
            return new WsmqTextsArgument(null, $"an array of texts has at most {MostBytes} bytes");
        var texts = TextArgumentConverter.ReadMany(ref reader, int.MaxValue);
        return new WsmqTextsArgument(texts, texts is null ? Malformed : null);
    }

    public override void Write(Utf8JsonWriter writer, WsmqTextsArgument value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Values?.ToArray(), WsmqJsonContext.Default.StringArray);
}
