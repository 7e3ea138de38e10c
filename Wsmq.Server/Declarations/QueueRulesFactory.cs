using Wsmq.Server.Stores;

namespace Wsmq.Server.Declarations;

/// <summary>Converts the options of a queue into the units of the stores.</summary>
internal static class QueueRulesFactory
{
    public static QueueRules ToRules(this WsmqQueueOptions options) => new()
    {
        Lease = options.Lease.Micros(),
        MaxAttempts = options.MaxAttempts,
        MaxLostLeases = options.MaxLostLeases,
        MinBackoff = options.MinBackoff.Micros(),
        MaxBackoff = options.MaxBackoff.Micros(),
        MaxInFlight = options.MaxInFlight == 0 ? int.MaxValue : options.MaxInFlight,
        MaxPerSecond = options.MaxPerSecond,
        MaxDelay = options.MaxDelay.Micros(),
        MaxDeadLetters = options.MaxDeadLetters,
        MaxDeadLetterBytes = options.MaxDeadLetterBytes,
        MaxDeadLetterAge = options.MaxDeadLetterAge.Micros(),
        OutcomeRetention = options.OutcomeRetention.Micros(),
        MaxOutcomes = options.MaxOutcomes,
    };
}
