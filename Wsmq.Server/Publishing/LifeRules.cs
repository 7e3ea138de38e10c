using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>What the store has to know of a message with a time to live.</summary>
internal static class LifeRules
{
    // Added to the time of the store it still has 16 digits.
    private const long MostMilliseconds = 5_000_000_000_000;

    /// <summary>The terms of a message, with its time to live.</summary>
    /// <param name="terms">Its other terms.</param>
    /// <param name="timeToLive">In ms; null without a limit.</param>
    public static LogTerms? Add(LogTerms? terms, long? timeToLive) => timeToLive is { } life
        ? (terms ?? new LogTerms()) with { Life = Math.Min(life, MostMilliseconds) * 1_000 }
        : terms;
}
