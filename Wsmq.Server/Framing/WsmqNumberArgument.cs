using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A whole number as an argument of a hub method. Public because SignalR binds arguments of public methods only; apps have no use for it.
/// </summary>
/// <remarks>Anything else is read as null, so that the hub can answer with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(NumberArgumentConverter))]
public sealed class WsmqNumberArgument
{
    internal WsmqNumberArgument(long? value) => Value = value;

    internal long? Value { get; }

    /// <summary>Returns the number if it is within the bounds.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal int Within(int lowest, int highest, string name) => Value >= lowest && Value <= highest
        ? (int)Value
        : throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is a whole number from {lowest} to {highest}");
}

internal sealed class NumberArgumentConverter : JsonConverter<WsmqNumberArgument>
{
    public override bool HandleNull => true;

    public override WsmqNumberArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            return new WsmqNumberArgument(value);
        reader.Skip();
        return new WsmqNumberArgument(null);
    }

    public override void Write(Utf8JsonWriter writer, WsmqNumberArgument value, JsonSerializerOptions options)
    {
        if (value.Value is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
    }
}
