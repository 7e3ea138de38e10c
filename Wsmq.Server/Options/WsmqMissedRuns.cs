namespace Wsmq;

/// <summary>What happens to the occurrences of a recurring job that no node could fire, because all were down or the store was.</summary>
public enum WsmqMissedRuns
{
    /// <summary>They do not run. An occurrence that is less than a minute late is not missed.</summary>
    None = 0,

    /// <summary>One job for all of them, which carries the time of the newest.</summary>
    One = 1,

    /// <summary>A job for each, the oldest first, of at most the newest <see cref="WsmqRecurringOptions.MaxMissed"/>.</summary>
    All = 2,
}
