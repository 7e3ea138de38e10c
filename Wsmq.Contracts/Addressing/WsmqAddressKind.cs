namespace Wsmq;

/// <summary>The kind of a <see cref="WsmqAddress"/>.</summary>
public enum WsmqAddressKind
{
    /// <summary><c>user:</c>, the queue of one user. Each device of the user reads it with its own cursor.</summary>
    User = 0,

    /// <summary><c>group:</c>, the log of a group. Each device of each member reads it with its own cursor.</summary>
    Group = 1,

    /// <summary><c>work:</c>, a work queue: each message goes to one worker.</summary>
    Work = 2,
}
