using Wsmq.Server.Framing;
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

    /// <summary>The request of a message that has waited, with what its metadata says of a time to live.</summary>
    public static AppendRequest Restore(AppendRequest request) =>
        EntryHeader.Of(request.Metadata).TimeToLive is > 0 and var life ? request with { Log = Add(request.Log, life) } : request;
}
