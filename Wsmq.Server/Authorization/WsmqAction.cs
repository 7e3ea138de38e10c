namespace Wsmq;

/// <summary>
/// What an operator does over the HTTP API: the question of <see cref="IWsmqAuthorizer.CanAdministerAsync"/>. Later versions may add values:
/// answer no for those that you do not know.
/// </summary>
public enum WsmqAction
{
    /// <summary>
    /// See the members of a group, a user's groups, devices, dead letters without their messages, and ban, and logs without bodies. Without a
    /// target: search all addresses, and the dead letters of all users.
    /// </summary>
    View = 0,

    /// <summary>Read messages of a log, or of a dead letter of a user; also the beginnings of their bodies.</summary>
    ReadBody = 1,

    /// <summary>Replay a dead letter of a user. Without a target: all that match, of all users.</summary>
    Replay = 2,

    /// <summary>
    /// Remove a device or a dead letter of a user, or cancel a message that waits until it is due at an address. Without a target: all dead
    /// letters that match, of all users.
    /// </summary>
    Remove = 3,

    /// <summary>Add members to a group, and remove them.</summary>
    ChangeMembers = 4,

    /// <summary>Close a user's connections.</summary>
    Disconnect = 5,

    /// <summary>Ban a user, or lift the ban.</summary>
    Ban = 6,

    /// <summary>Revoke the tokens of a user, or, without a target, a single token.</summary>
    Revoke = 7,

    /// <summary>Send a message to an address, as oneself. The authorizer is not asked whether the caller may send there otherwise.</summary>
    Send = 8,

    /// <summary>Create, see and revoke API keys. Who may create keys can give a key every right but this one.</summary>
    ManageKeys = 9,
}
