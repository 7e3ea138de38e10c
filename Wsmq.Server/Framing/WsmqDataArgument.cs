using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Framing;

namespace Wsmq;

/// <summary>
/// The data of a connection's presence as an argument of a hub method: any JSON value, or null for none. Public because SignalR binds arguments
/// of public methods only; apps have no use for it.
/// </summary>
/// <remarks>A value that is too large is not held; it is refused with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(DataArgumentConverter))]
public sealed class WsmqDataArgument
{
    /// <summary>The highest value of <see cref="WsmqPresenceOptions.MaxDataBytes"/>.</summary>
    internal const int Most = 4 * 1024;

    private readonly string? _defect;

    internal WsmqDataArgument(WsmqJsonBody? value, string? defect) => (Value, _defect) = (value, defect);

    internal WsmqJsonBody? Value { get; }

    /// <summary>Returns the value if it has at most so many bytes.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal WsmqJsonBody? Within(int most) =>
        _defect is { } defect ? throw new WsmqException(WsmqErrors.InvalidMessage, defect)
        : Value is { Utf8.Length: var length } && length > most
            ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.Data} has at most {most} bytes as JSON, not {length}")
        : Value;
}

internal sealed class DataArgumentConverter : JsonConverter<WsmqDataArgument>
{
    public override bool HandleNull => true;

    public override WsmqDataArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return new WsmqDataArgument(null, null);
        var (value, defect) = LargeArgument.ReadJson(
            ref reader, Wire.Data, WsmqDataArgument.Most, $"{Wire.Data} has more bytes than {WsmqDataArgument.Most}");
        return new WsmqDataArgument(value, defect);
    }

    public override void Write(Utf8JsonWriter writer, WsmqDataArgument value, JsonSerializerOptions options)
    {
        if (value.Value is { } data)
            JsonSerializer.Serialize(writer, data, WsmqJsonContext.Default.WsmqJsonBody);
        else
            writer.WriteNullValue();
    }
}
