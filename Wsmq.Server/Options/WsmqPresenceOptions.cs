namespace Wsmq;

/// <summary>Presence: who is connected, with which devices, and what their clients say about it.</summary>
public sealed class WsmqPresenceOptions
{
    /// <summary>
    /// Whether the node keeps presence; set it on all nodes. Without it nothing is kept, and calls about presence fail with
    /// <c>presence-not-allowed</c>. Default false.
    /// </summary>
    public bool IsEnabled { get; set; }

    /// <summary>
    /// How long a user stays there after the last connection has ended, so that a page that loads again does not show. Default 15 seconds;
    /// 0 to 10 minutes.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The largest data that a connection may set, in bytes of JSON. Default 512; 0 to 4 KiB.</summary>
    public int MaxDataBytes { get; set; } = 512;

    /// <summary>
    /// How many members of a group are listed: while more are online or away, watches of the group get only their number. Default 200; 0 to
    /// 5,000.
    /// </summary>
    public int MaxGroupMembers { get; set; } = 200;

    /// <summary>How many addresses a connection may watch. Default 100; 1 to 10,000.</summary>
    public int MaxWatches { get; set; } = 100;

    /// <summary>
    /// How long it is stored when a user was last seen. Default 31 days; 0 (not stored) to 3,650 days.
    /// </summary>
    public TimeSpan LastSeenExpiry { get; set; } = TimeSpan.FromDays(31);
}
