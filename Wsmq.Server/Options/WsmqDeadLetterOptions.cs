namespace Wsmq;

/// <summary>When a message is dead-lettered for a device that does not handle it, and how many dead letters are stored: see <see cref="IWsmqDeadLetters"/>.</summary>
public sealed class WsmqDeadLetterOptions
{
    /// <summary>
    /// The number of nacks after which a message is dead-lettered for a device, so that it no longer blocks the messages after it.
    /// Default 20, about five minutes with the retry delays of the .NET client; 0 (never) to 1,000,000.
    /// </summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>
    /// The number of silent attempts after which a message is dead-lettered for a device: consecutive connections that received the
    /// message and ended without any ack for its address. The client may crash on such a message. A bad network link looks the same, so
    /// use a high value. Default 50; 0 (never) to 1,000,000.
    /// </summary>
    public int MaxSilentAttempts { get; set; } = 50;

    /// <summary>
    /// The maximum number of dead letters of one address that are stored for a user. Over it, or over the bytes that
    /// <see cref="WsmqLimitOptions.UserStorePercent"/> allows for them, the oldest is removed. Default 100; 1 to 10,000.
    /// </summary>
    public int MaxCount { get; set; } = 100;

    /// <summary>
    /// How many runs over dead letters are stored, see <see cref="IWsmqDeadLetterRuns"/>. Another one removes the oldest that has ended.
    /// Default 100; 1 to 1,000.
    /// </summary>
    public int MaxRuns { get; set; } = 100;

    /// <summary>How long a run is stored after its end. Default 1 day; 1 minute to 30 days.</summary>
    public TimeSpan RunRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The highest rate of a run, in dead letters per second. Default 1,000; 1 to 10,000.
    /// </summary>
    public int MaxRunRate { get; set; } = 1_000;

    /// <summary>
    /// How many runs a node carries out at a time. Others wait for another node, or for the end of one. Default 8; 1 to 1,000.
    /// </summary>
    public int MaxRunsPerNode { get; set; } = 8;

    /// <summary>
    /// After how long another node continues a run whose node has ended or does not answer. Default 15 seconds; 1 second to 5 minutes.
    /// </summary>
    public TimeSpan RunLease { get; set; } = TimeSpan.FromSeconds(15);
}
