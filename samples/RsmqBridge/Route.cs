using System.Text;
using System.Text.Json;
using Wsmq;

namespace RsmqBridge;

/// <summary>Makes wsmq messages of the messages of one queue.</summary>
internal sealed class Route(RouteOptions options)
{
    private readonly Template _to = Template.Parse(options.To);
    private readonly Template _type = Template.Parse(options.Type);
    private readonly Template? _key = options.Key is null ? null : Template.Parse(options.Key);

    private bool HasFields => _to.HasFields || _type.HasFields || _key?.HasFields == true;

    /// <summary>
    /// Returns the message to send, or null and the reason why there is none. Its id is that of RSMQ, which is unique: a message that is
    /// published again, because the bridge ended before it could delete it, is a duplicate.
    /// </summary>
    /// <exception cref="WsmqException">The text is not JSON.</exception>
    public WsmqOutgoingMessage? MessageOf(RsmqMessage message, string queue, string rest, out string? reason)
    {
        reason = null;
        if (message.Content is not { } content)
        {
            reason = "RSMQ has no content for it";
            return null;
        }

        var body = options.Format == BodyFormat.Json ? WsmqJsonBody.Parse(content) : WsmqJsonBody.From(Encoding.UTF8.GetString(content));
        using var document = HasFields ? JsonDocument.Parse(content) : null;
        var to = _to.Fill(queue, rest, document?.RootElement, out var missing);
        var type = to is null ? null : _type.Fill(queue, rest, document?.RootElement, out missing);
        var key = type is null ? null : _key?.Fill(queue, rest, document?.RootElement, out missing);
        if (missing is not null)
        {
            reason = $"its field '{missing}' is missing, or is neither a string nor a number";
            return null;
        }

        return new WsmqOutgoingMessage { To = to, Type = type, Key = key, Id = $"rsmq-{message.Id}", Body = body };
    }
}
