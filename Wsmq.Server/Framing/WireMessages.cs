using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Budgets;

namespace Wsmq;

/// <summary>
/// Many messages as an argument of the hub: an array on the wire. Anything else is read as one malformed message, so that it is refused
/// with a code; SignalR would end the call, or the whole stream, without one. An array that is too long is refused as a whole.
/// </summary>
/// <param name="Messages">The messages, malformed ones included.</param>
[JsonConverter(typeof(WireMessagesConverter))]
public readonly record struct WireMessages(IReadOnlyList<WsmqOutgoingMessage?> Messages)
{
    /// <summary>
    /// The maximum number of messages in one array. Without it a frame of empty elements would take a hundred times its size.
    /// </summary>
    internal const int Most = 1_024;

    /// <summary>The array had more messages; none of them is in <see cref="Messages"/>.</summary>
    internal bool TooMany { get; init; }

    /// <summary>Their memory, charged to the connection that sent them. Null if they came from no connection.</summary>
    internal ParsedBytes? Held { get; init; }
}

internal sealed class WireMessagesConverter : JsonConverter<WireMessages>
{
    public override bool HandleNull => true;

    public override WireMessages Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return Charged([OutgoingMessageConverter.Instance.Read(ref reader, typeof(WsmqOutgoingMessage), options)]);
        var messages = new List<WsmqOutgoingMessage?>();
        var tooMany = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (messages.Count < WireMessages.Most)
            {
                messages.Add(OutgoingMessageConverter.Instance.Read(ref reader, typeof(WsmqOutgoingMessage), options));
                continue;
            }

            reader.Skip();
            tooMany = true;
        }

        return tooMany ? new WireMessages([]) { TooMany = true } : Charged(messages);
    }

    private static WireMessages Charged(List<WsmqOutgoingMessage?> messages) =>
        new(messages) { Held = ReadGate.Current?.Parsed(HeldBytes.Of(messages)) };

    public override void Write(Utf8JsonWriter writer, WireMessages value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Messages, options);
}
