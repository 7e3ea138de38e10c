namespace Wsmq;

/// <summary>Reasons of <see cref="IWsmqHub.Nack"/> that the server knows; any other is text for operators.</summary>
public static class WsmqNackReasons
{
    /// <summary>
    /// The client has no handler for the type of the message. It is final: another attempt would not change it, so the message is
    /// dead-lettered at once.
    /// </summary>
    public const string NoHandler = "no-handler";

    internal static bool IsFinal(string? reason) => reason == NoHandler;
}
