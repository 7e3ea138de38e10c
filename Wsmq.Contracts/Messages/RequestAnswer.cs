namespace Wsmq;

/// <summary>How a handler has answered a request: with a reply, or with a code and a text.</summary>
/// <param name="Reply">The reply; its address is not set. Null for a refusal.</param>
/// <param name="Code">The code of a refusal.</param>
/// <param name="Text">The text of a refusal; null for none.</param>
internal sealed record RequestAnswer(WsmqOutgoingMessage? Reply, string Code = "", string? Text = null)
{
    /// <summary>The user who has answered; null for the app, and where the server sets it.</summary>
    public string? Responder { get; init; }

    public static RequestAnswer Refusal(string code, string? text = null) => new(null, code, text);
}
