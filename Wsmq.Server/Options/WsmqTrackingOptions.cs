namespace Wsmq;

/// <summary>Tracked messages: what has become of them, for their senders (<see cref="WsmqSendOptions.Track"/>).</summary>
public sealed class WsmqTrackingOptions
{
    /// <summary>
    /// How long the status of a tracked message is stored, from the moment at which the message is. Default 24 hours; 1 minute to 31 days.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How many members of a group are listed for a tracked message, the first for which something becomes of it. Those beyond are only counted,
    /// and each of their devices counts. Default 10,000; 1 to 100,000.
    /// </summary>
    public int MaxMembers { get; set; } = 10_000;
}
