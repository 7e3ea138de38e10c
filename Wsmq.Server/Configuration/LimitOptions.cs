namespace Wsmq;

/// <summary>
/// How much one user, or one connection, may ask of a node. Rates are token buckets: so many at once (the burst), and so many a
/// second, a minute or an hour in the long run; a rate of 0 is no limit. Each node counts for itself. What is over a limit is refused
/// with a code and the time after which to try again. What the app itself publishes is not limited.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>Messages a second from one connection, refused ones included. Default 10,000; 0 (no limit) to 1,000,000.</summary>
    public int SendsPerSecond { get; set; } = 10_000;

    /// <summary>Messages at once from one connection. Default 20,000; 1 to 10,000,000.</summary>
    public int SendBurst { get; set; } = 20_000;

    /// <summary>Messages a second from all connections of a user to a node. Default 20,000; 0 (no limit) to 1,000,000.</summary>
    public int UserSendsPerSecond { get; set; } = 20_000;

    /// <summary>Messages at once from all connections of a user to a node. Default 40,000; 1 to 10,000,000.</summary>
    public int UserSendBurst { get; set; } = 40_000;

    /// <summary>
    /// Addresses an hour that did not exist before and that a user may bring into being by sending to them, on each node. An address
    /// exists once somebody connected as that user, or the log ever had an entry. Default 1,000; 0 (no limit) to 1,000,000.
    /// </summary>
    public int NewAddressesPerHour { get; set; } = 1_000;

    /// <summary>New addresses at once. Default 1,000; 1 to 10,000,000.</summary>
    public int NewAddressBurst { get; set; } = 1_000;

    /// <summary>
    /// Calls of <c>Resume</c> a second from all connections of a user to a node, and acks that are malformed or beyond what the node
    /// knows of the log. Default 50; 0 (no limit) to 1,000,000.
    /// </summary>
    public int UserReadsPerSecond { get; set; } = 50;

    /// <summary>Such calls at once; a client that keeps its own positions resumes all its groups at once. Default 2,000; 1 to 10,000,000.</summary>
    public int UserReadBurst { get; set; } = 2_000;

    /// <summary>Connections a minute that a user may open to a node. Default 600; 0 (no limit) to 1,000,000.</summary>
    public int UserConnectsPerMinute { get; set; } = 600;

    /// <summary>Connections that a user may open at once. Default 200; 1 to 10,000,000.</summary>
    public int UserConnectBurst { get; set; } = 200;

    /// <summary>Open connections of a user to a node. Default 100; 1 to 1,000,000.</summary>
    public int ConnectionsPerUser { get; set; } = 100;

    /// <summary>Open connections of all users to a node. Default 100,000; 1 to 10,000,000.</summary>
    public int ConnectionsPerNode { get; set; } = 100_000;

    /// <summary>Groups that a user may be in. Default 1,000; 1 to 1,000,000.</summary>
    public int GroupsPerUser { get; set; } = 1_000;
}
