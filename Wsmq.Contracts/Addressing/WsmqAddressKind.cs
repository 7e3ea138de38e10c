namespace Wsmq;

/// <summary>What an <see cref="WsmqAddress"/> names.</summary>
public enum WsmqAddressKind
{
    /// <summary>The queue of one user; every device of that user reads it with a cursor of its own.</summary>
    User = 0,

    /// <summary>The log of a group; every device of every member reads it with a cursor of its own.</summary>
    Group = 1,

    /// <summary>A queue that competing consumers share. The name is reserved; sending to it is refused for now.</summary>
    Work = 2,
}
