using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Many messages as an argument of the hub: an array on the wire. Anything else is taken as one malformed message, so that it can
/// be refused with a code where SignalR would end the call, or the whole stream, without one; and so is an array that is too long.
/// </summary>
/// <param name="Messages">The messages, malformed ones included.</param>
[JsonConverter(typeof(WireMessagesConverter))]
public readonly record struct WireMessages(IReadOnlyList<OutgoingMessage?> Messages);

internal sealed class WireMessagesConverter : JsonConverter<WireMessages>
{
    // More than may ever be under way. A frame of empty elements would take a hundred times its size otherwise.
    private const int Most = 4_096;

    public override bool HandleNull => true;

    public override WireMessages Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return new WireMessages([OutgoingMessageConverter.Instance.Read(ref reader, typeof(OutgoingMessage), options)]);
        var messages = new List<OutgoingMessage?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (messages.Count == Most)
                return TooMany(ref reader);
            messages.Add(OutgoingMessageConverter.Instance.Read(ref reader, typeof(OutgoingMessage), options));
        }

        return new WireMessages(messages);
    }

    private static WireMessages TooMany(ref Utf8JsonReader reader)
    {
        do
            reader.Skip();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray);
        return new WireMessages([new OutgoingMessage { Defect = new WsmqException(WsmqErrors.InvalidMessage, $"more than {Most} in one array") }]);
    }

    public override void Write(Utf8JsonWriter writer, WireMessages value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Messages, options);
}
