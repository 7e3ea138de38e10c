using System.Text.RegularExpressions;

namespace Wsmq;

/// <summary>
/// What a responder tells the requester on purpose. A handler of requests throws it; the requester gets a <see cref="WsmqException"/> with
/// <c>request-failed</c> whose <see cref="Exception.InnerException"/> is one of these, with the same code and text. Any other exception of a
/// handler reaches the requester as the code <see cref="HandlerFailed"/>, without its type or message.
/// </summary>
public sealed partial class WsmqRequestException : Exception
{
    /// <summary>The most characters of a code.</summary>
    public const int MaxCodeLength = 64;

    /// <summary>The most characters of a text.</summary>
    public const int MaxTextLength = 256;

    /// <summary>The code of a request whose handler threw another exception.</summary>
    public const string HandlerFailed = "handler-failed";

    /// <summary>The code of a request whose body does not fit the handler.</summary>
    public const string InvalidRequest = "invalid-request";

    /// <summary>The code of a request whose reply the server has refused: it is too large, for example.</summary>
    public const string InvalidReply = "invalid-reply";

    /// <summary>The code of a request that a responder got, whose connection or node has ended since: it may or may not have been handled.</summary>
    public const string ResponderLost = "responder-lost";

    /// <summary>The code of a request that its requester has cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The code of a request to a work queue whose job became a dead letter.</summary>
    public const string JobDead = "job-dead-lettered";

    /// <summary>Creates the exception.</summary>
    /// <param name="code">
    /// What programs compare: 1 to <see cref="MaxCodeLength"/> lower-case letters, digits, hyphens and dots, such as <c>sold-out</c>.
    /// </param>
    /// <param name="text">
    /// A text for people, cut off at <see cref="MaxTextLength"/> characters. The requester reads it: no secrets, and nothing that only the responder
    /// may know. Default null: none.
    /// </param>
    /// <param name="innerException">The cause, which stays with the responder; or null.</param>
    /// <exception cref="ArgumentException">The code is malformed.</exception>
    public WsmqRequestException(string code, string? text = null, Exception? innerException = null)
        : base(Join(code, text), innerException)
    {
        if (!IsCode(code))
            throw new ArgumentException($"A code has 1 to {MaxCodeLength} lower-case letters, digits, hyphens and dots.", nameof(code));
        (Code, Text) = (code, Shorten(text));
    }

    /// <summary>The code.</summary>
    public string Code { get; }

    /// <summary>The text; null if there is none.</summary>
    public string? Text { get; }

    internal static bool IsCode(string? code) => code is { Length: > 0 and <= MaxCodeLength } && CodePattern().IsMatch(code);

    internal static string? Shorten(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : text.Length <= MaxTextLength ? text
        : text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];

    /// <summary>The detail of <c>request-failed</c>.</summary>
    internal static string Join(string code, string? text) => Shorten(text) is { } some ? $"{code}: {some}" : code;

    /// <summary>Reads what <see cref="Join"/> has written into the message of an error; null if there is none.</summary>
    internal static WsmqRequestException? Find(string message)
    {
        var start = message.IndexOf(" (", StringComparison.Ordinal);
        if (start < 0 || message[^1] != ')')
            return null;
        var parts = message[(start + 2)..^1].Split(": ", 2);
        return IsCode(parts[0]) ? new WsmqRequestException(parts[0], parts.Length > 1 ? parts[1] : null) : null;
    }

    [GeneratedRegex("^[a-z0-9.-]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CodePattern();
}
