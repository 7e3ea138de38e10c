using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A truth value as an argument of a hub method. Public because SignalR binds arguments of public methods only; apps have no use for it.
/// </summary>
/// <remarks>Anything else is read as null, so that the hub can answer with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(FlagArgumentConverter))]
public sealed class WsmqFlagArgument
{
    private readonly bool? _value;

    internal WsmqFlagArgument(bool? value) => _value = value;

    /// <exception cref="WsmqException"><c>invalid-message</c>: it is something else.</exception>
    internal bool Require(string name) => _value ?? throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is true or false");

    internal bool? Value => _value;
}

internal sealed class FlagArgumentConverter : JsonConverter<WsmqFlagArgument>
{
    public override bool HandleNull => true;

    public override WsmqFlagArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return new WsmqFlagArgument(reader.GetBoolean());
        reader.Skip();
        return new WsmqFlagArgument(null);
    }

    public override void Write(Utf8JsonWriter writer, WsmqFlagArgument value, JsonSerializerOptions options)
    {
        if (value.Value is { } flag)
            writer.WriteBooleanValue(flag);
        else
            writer.WriteNullValue();
    }
}
