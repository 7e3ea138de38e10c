namespace Wsmq;

/// <summary>Headers that wsmq sets in the messages of recurring jobs.</summary>
public static class WsmqJobHeaders
{
    /// <summary>The name of the recurring job.</summary>
    public const string Schedule = "wsmq-schedule";

    /// <summary>The occurrence that the job is for: the time at which it was due, in UTC, as <c>2026-03-29T01:30:00Z</c>.</summary>
    public const string Occurrence = "wsmq-occurrence";
}
