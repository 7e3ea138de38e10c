namespace Wsmq;

/// <summary>Why entries are missing: the last argument of <see cref="IWsmqReceiver.Gap"/>.</summary>
public static class WsmqGapReasons
{
    /// <summary>The log's retention, by count or by age, removed them.</summary>
    public const string Retention = "retention";

    /// <summary>Every registered device had acknowledged them, and they were removed after the grace.</summary>
    public const string Consumed = "consumed";

    /// <summary>They were sent to a group while the user was not a member of it.</summary>
    public const string NotMember = "not-a-member";

    /// <summary>The store lost them, for example in a failover to a replica that had not received them.</summary>
    public const string Lost = "lost";
}
