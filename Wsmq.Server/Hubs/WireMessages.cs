using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Many messages as an argument of the hub: an array on the wire. Anything else is taken as one malformed message, so that it can
/// be refused with a code where SignalR would end the call, or the whole stream, without one.
/// </summary>
/// <param name="Messages">The messages, malformed ones included.</param>
[JsonConverter(typeof(WireMessagesConverter))]
public readonly record struct WireMessages(IReadOnlyList<OutgoingMessage?> Messages);

internal sealed class WireMessagesConverter : JsonConverter<WireMessages>
{
    public override bool HandleNull => true;

    public override WireMessages Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return new WireMessages([OutgoingMessageConverter.Instance.Read(ref reader, typeof(OutgoingMessage), options)]);
        var messages = new List<OutgoingMessage?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            messages.Add(OutgoingMessageConverter.Instance.Read(ref reader, typeof(OutgoingMessage), options));
        return new WireMessages(messages);
    }

    public override void Write(Utf8JsonWriter writer, WireMessages value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Messages, options);
}
