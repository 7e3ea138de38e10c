namespace Wsmq;

/// <summary>How much of the history of a log a user may read: the answer of <see cref="IWsmqAuthorizer.HistoryAccessAsync"/>.</summary>
public enum WsmqHistoryAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// Of a group what was stored since the user joined it, as deliveries; nothing of a group that it is not a member of. A user that has left
    /// and come back has joined when it came back. Of its own queue everything.
    /// </summary>
    SinceJoined = 1,

    /// <summary>Everything that is stored; of a group also for a user that is not a member.</summary>
    All = 2,
}
