namespace Wsmq;

/// <summary>Why entries of a log will not be delivered: the values of the reason in <see cref="IWsmqReceiver.Gap"/>.</summary>
public static class WsmqGapReasons
{
    /// <summary>Retention by count, bytes or age removed at least a part of the entries.</summary>
    public const string Retention = "retention";

    /// <summary>
    /// All active devices of the user had acknowledged the entries, and they were removed after the grace period. Occurs in <c>user:</c>
    /// logs only: entries of groups are removed by retention.
    /// </summary>
    public const string Consumed = "consumed";

    /// <summary>The entries were sent to a group while the user was not a member of it.</summary>
    public const string NotMember = "not-a-member";

    /// <summary>
    /// The time to live of all of these messages was over before they could be delivered. Nothing was lost: their sender did not want them to
    /// arrive later.
    /// </summary>
    public const string Expired = "expired";

    /// <summary>The store lost the entries, for example in a failover to a replica that had not received them.</summary>
    public const string Lost = "lost";
}
