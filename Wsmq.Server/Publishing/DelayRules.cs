using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks when a message, or a job, is due.</summary>
internal static class DelayRules
{
    /// <summary>The delay, and the time before which it is not due since 1970, both in µs; 0 if there is none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="most">The longest delay.</param>
    /// <param name="now">The clock of the node.</param>
    /// <param name="what">What is delayed, for the text of the error.</param>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the delay is negative or too long.</exception>
    public static (long Delay, long NotBefore) Check(WsmqOutgoingMessage message, TimeSpan most, DateTimeOffset now, string what) =>
        message.Delay < TimeSpan.Zero || message.Delay > most || message.NotBefore - now > most
            ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{what} is delayed by at most {most}")
            : ((message.Delay?.WholeMilliseconds() ?? 0) * 1_000,
                message.NotBefore is { } earliest ? Math.Max(0, (earliest - DateTimeOffset.UnixEpoch).WholeMilliseconds() * 1_000) : 0);
}
