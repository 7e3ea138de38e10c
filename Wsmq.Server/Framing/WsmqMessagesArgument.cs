using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Budgets;

namespace Wsmq;

/// <summary>
/// Many messages as an argument of a hub method: an array on the wire. Public because SignalR binds arguments of public methods only; apps
/// have no use for it.
/// </summary>
/// <remarks>
/// Anything but an array is read as one malformed message, so that it is refused with a code; SignalR would end the call, or the whole
/// stream, without one. An array that is too long is refused as a whole.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(MessagesArgumentConverter))]
public sealed class WsmqMessagesArgument
{
    /// <summary>
    /// The maximum number of messages in one array. Without it a frame of empty elements would take a hundred times its size.
    /// </summary>
    internal const int Most = 1_024;

    internal WsmqMessagesArgument(IReadOnlyList<WsmqOutgoingMessage?> messages) => Messages = messages;

    /// <summary>The messages, malformed ones included.</summary>
    internal IReadOnlyList<WsmqOutgoingMessage?> Messages { get; }

    /// <summary>The array had more messages; none of them is in <see cref="Messages"/>.</summary>
    internal bool TooMany { get; init; }

    /// <summary>Their memory, charged to the connection that sent them. Null if they came from no connection.</summary>
    internal ParsedBytes? Held { get; init; }
}

internal sealed class MessagesArgumentConverter : JsonConverter<WsmqMessagesArgument>
{
    public override bool HandleNull => true;

    public override WsmqMessagesArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return Charged([OutgoingMessageConverter.Instance.Read(ref reader, typeof(WsmqOutgoingMessage), options)]);
        var messages = new List<WsmqOutgoingMessage?>();
        var tooMany = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (messages.Count < WsmqMessagesArgument.Most)
            {
                messages.Add(OutgoingMessageConverter.Instance.Read(ref reader, typeof(WsmqOutgoingMessage), options));
                continue;
            }

            reader.Skip();
            tooMany = true;
        }

        return tooMany ? new WsmqMessagesArgument([]) { TooMany = true } : Charged(messages);
    }

    public override void Write(Utf8JsonWriter writer, WsmqMessagesArgument value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Messages, options);

    private static WsmqMessagesArgument Charged(List<WsmqOutgoingMessage?> messages) =>
        new(messages) { Held = ReadGate.Current?.Parsed(HeldBytes.Of(messages)) };
}
