using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// The names of users as an argument of a hub method: an array on the wire. Public because SignalR binds arguments of public methods only; apps
/// have no use for it.
/// </summary>
/// <remarks>Anything else is read as well, so that the hub can answer with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(NamesArgumentConverter))]
public sealed class WsmqNamesArgument
{
    /// <summary>The maximum number of names.</summary>
    internal const int Most = 200;

    private readonly string[]? _names;

    internal WsmqNamesArgument(string[]? names) => _names = names;

    /// <summary>The names.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: it is something else, or too many.</exception>
    internal string[] Names =>
        _names ?? throw new WsmqException(WsmqErrors.InvalidMessage, $"users is an array of at most {Most} texts");
}

internal sealed class NamesArgumentConverter : JsonConverter<WsmqNamesArgument>
{
    public override bool HandleNull => true;

    public override WsmqNamesArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(TextArgumentConverter.ReadMany(ref reader, WsmqNamesArgument.Most)?.ToArray());

    public override void Write(Utf8JsonWriter writer, WsmqNamesArgument value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Names, WsmqJsonContext.Default.StringArray);
}
