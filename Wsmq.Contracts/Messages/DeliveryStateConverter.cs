using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Names of states. A name of a later version is read as <see cref="WsmqDeliveryState.Stored"/>: more is not known of it.</summary>
internal sealed class DeliveryStateConverter : JsonConverter<WsmqDeliveryState>
{
    private static readonly Dictionary<string, WsmqDeliveryState> States = Enum.GetValues<WsmqDeliveryState>().ToDictionary(NameOf, StringComparer.Ordinal);

    public override WsmqDeliveryState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        States.GetValueOrDefault(reader.GetString() ?? throw new JsonException("A state is a name."));

    public override void Write(Utf8JsonWriter writer, WsmqDeliveryState value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));

    private static string NameOf(WsmqDeliveryState state) => JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
}
