namespace Wsmq;

/// <summary>Reasons for <see cref="IWsmqHub.Nack"/> that the server interprets. Any other reason is text for the operator.</summary>
public static class WsmqNackReasons
{
    /// <summary>
    /// The client has no handler for the type of the message. The reason is final: another attempt would fail the same way, so the
    /// server dead-letters the message at once.
    /// </summary>
    public const string NoHandler = "no-handler";

    /// <summary>The reason of a failed attempt at a job whose body cannot be read.</summary>
    internal const string Unreadable = "unreadable";

    internal static bool IsFinal(string? reason) => reason == NoHandler;
}
