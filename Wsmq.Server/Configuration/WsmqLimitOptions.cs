using System.Security.Claims;

namespace Wsmq;

/// <summary>
/// How much one user, or one connection, may ask of a node. Rates are token buckets: so many at once (the burst), and so many a
/// second, a minute or an hour in the long run; a rate of 0 is no limit. Each node counts for itself, except
/// <see cref="UserSendBytesPerMinute"/> and <see cref="UserStorePercent"/>, which hold over all nodes, and
/// <see cref="GroupsPerUser"/>. What is over a limit is refused with a code and the time after which to try again. What the app itself
/// publishes is not limited. The defaults suit people: services get a class of their own, see <see cref="Classes"/>.
/// </summary>
public sealed class WsmqLimitOptions
{
    /// <summary>The name of the class that is there without being configured: for accounts of services, with limits that suit these.</summary>
    public const string ServiceClass = "service";

    /// <summary>Messages a second from one connection, refused ones included. Default 50; 0 (no limit) to 1,000,000.</summary>
    public int SendsPerSecond { get; set; } = 50;

    /// <summary>Messages at once from one connection. Default 500; 1 to 10,000,000.</summary>
    public int SendBurst { get; set; } = 500;

    /// <summary>Messages a second from all connections of a user to a node. Default 50; 0 (no limit) to 1,000,000.</summary>
    public int UserSendsPerSecond { get; set; } = 50;

    /// <summary>Messages at once from all connections of a user to a node. Default 500; 1 to 10,000,000.</summary>
    public int UserSendBurst { get; set; } = 500;

    /// <summary>
    /// Bytes of bodies and metadata a minute that a user may send, over all nodes; each hears from the store within seconds what the
    /// others took. Default 16 MiB; 0 (no limit) to 1 TiB.
    /// </summary>
    public long UserSendBytesPerMinute { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes at once; a message that is larger waits for the whole burst. Default 16 MiB; 1 KiB to 1 TiB.</summary>
    public long UserSendByteBurst { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How much of the store may be taken because of a user, in percent, over all nodes: messages until they are removed, their ids,
    /// and addresses that the user brought into being. Dead letters have a quarter of it for the user's own queue and a quarter for all
    /// groups together, beside it; there the oldest goes first, and nothing is refused. Default 5; 0 (no limit) to 100. See
    /// <see cref="WsmqRedisOptions.MemoryBytes"/> and <see cref="WsmqSqliteOptions.MaxBytes"/> for what it is a part of.
    /// </summary>
    public double UserStorePercent { get; set; } = 5;

    /// <summary>
    /// Addresses an hour that did not exist before and that a user may bring into being by sending to them, on each node. An address
    /// exists once somebody connected as that user, or the log ever had an entry. Default 100; 0 (no limit) to 1,000,000.
    /// </summary>
    public int NewAddressesPerHour { get; set; } = 100;

    /// <summary>New addresses at once. Default 200; 1 to 10,000,000.</summary>
    public int NewAddressBurst { get; set; } = 200;

    /// <summary>
    /// Calls of <c>Resume</c> a second from all connections of a user to a node, and acks that are malformed or beyond what the node
    /// knows of the log. Default 50; 0 (no limit) to 1,000,000.
    /// </summary>
    public int UserReadsPerSecond { get; set; } = 50;

    /// <summary>Such calls at once; a client that keeps its own positions resumes all its groups at once. Default 2,000; 1 to 10,000,000.</summary>
    public int UserReadBurst { get; set; } = 2_000;

    /// <summary>
    /// Bytes a second that a node reads from logs for all connections of a user, what the user has not read yet included; deliveries of
    /// new messages need none. Who is over it gets them later. Default 4 MiB; 0 (no limit) to 1 TiB.
    /// </summary>
    public long UserReadBytesPerSecond { get; set; } = 4 * 1024 * 1024;

    /// <summary>Bytes read at once. Default 32 MiB; 1 KiB to 1 TiB.</summary>
    public long UserReadByteBurst { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bytes of memory that a user may have in progress on a node, over all its connections: calls, messages that wait for the store,
    /// results that are not read. What is used up stops the reading of that user's connections until there is room; one connection
    /// gets a quarter at most. Default 16 MiB; 1 MiB to 16 GiB.
    /// </summary>
    public long UserBytesInProgress { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of messages that a node has read from logs for a user, over all its connections, and not written to them yet. What is used
    /// up makes further reads small: each connection gets one message at a time. Default 16 MiB; 1 MiB to 16 GiB.
    /// </summary>
    public long UserUnwrittenBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Connections a minute that a user may open to a node. Default 120; 0 (no limit) to 1,000,000.</summary>
    public int UserConnectsPerMinute { get; set; } = 120;

    /// <summary>Connections that a user may open at once. Default 100; 1 to 10,000,000.</summary>
    public int UserConnectBurst { get; set; } = 100;

    /// <summary>Open connections of a user to a node. Default 50; 1 to 1,000,000.</summary>
    public int ConnectionsPerUser { get; set; } = 50;

    /// <summary>Open connections of all users to a node. Default 100,000; 1 to 10,000,000.</summary>
    public int ConnectionsPerNode { get; set; } = 100_000;

    /// <summary>
    /// Connections of a user to a node that are not let in: negotiated and not opened, open without a handshake, or turned away and
    /// not gone. Further ones are refused with status 429. Default 100; 1 to 1,000,000.
    /// </summary>
    public int PendingConnectionsPerUser { get; set; } = 100;

    /// <summary>
    /// The same of one remote address, where the app names no user of a request; of IPv6 all with the same first 64 bits are one.
    /// Default 100; 1 to 1,000,000.
    /// </summary>
    public int PendingConnectionsPerAddress { get; set; } = 100;

    /// <summary>The same of all users to a node. Default 10,000; 1 to 10,000,000.</summary>
    public int PendingConnectionsPerNode { get; set; } = 10_000;

    /// <summary>How long an open connection may take to send its handshake before it is closed. Default 10 seconds; 100 ms to 1 minute.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Groups that a user may be in. Default 1,000; 1 to 1,000,000.</summary>
    public int GroupsPerUser { get; set; } = 1_000;

    /// <summary>
    /// Classes of users with limits of their own, by name. There is one from the start, <see cref="ServiceClass"/>; it can be changed
    /// and removed, and others can be added. A class holds for a connection that <see cref="ClassOf"/> or <see cref="ClassClaim"/> puts
    /// into it; all other connections have the general limits.
    /// </summary>
    public IDictionary<string, WsmqLimitClass> Classes { get; } =
        new Dictionary<string, WsmqLimitClass>(StringComparer.Ordinal) { [ServiceClass] = WsmqLimitClass.Service() };

    /// <summary>
    /// The claim whose value names the class of a connection; a value that names none is passed over. Default none. Only your issuer
    /// may be able to set it.
    /// </summary>
    public string? ClassClaim { get; set; }

    /// <summary>
    /// Chooses the class of a connection, once, when it connects: the name of one of <see cref="Classes"/>, or null for the general
    /// limits. Takes precedence over <see cref="ClassClaim"/>. In code only.
    /// </summary>
    public Func<ClaimsPrincipal, string?>? ClassOf { get; set; }

    /// <summary>The limits of a class: its own where it has any, and the general ones.</summary>
    internal WsmqLimitOptions With(WsmqLimitClass special) => new()
    {
        SendsPerSecond = special.SendsPerSecond ?? SendsPerSecond,
        SendBurst = special.SendBurst ?? SendBurst,
        UserSendsPerSecond = special.UserSendsPerSecond ?? UserSendsPerSecond,
        UserSendBurst = special.UserSendBurst ?? UserSendBurst,
        UserSendBytesPerMinute = special.UserSendBytesPerMinute ?? UserSendBytesPerMinute,
        UserSendByteBurst = special.UserSendByteBurst ?? UserSendByteBurst,
        UserStorePercent = special.UserStorePercent ?? UserStorePercent,
        NewAddressesPerHour = special.NewAddressesPerHour ?? NewAddressesPerHour,
        NewAddressBurst = special.NewAddressBurst ?? NewAddressBurst,
        UserReadsPerSecond = special.UserReadsPerSecond ?? UserReadsPerSecond,
        UserReadBurst = special.UserReadBurst ?? UserReadBurst,
        UserReadBytesPerSecond = special.UserReadBytesPerSecond ?? UserReadBytesPerSecond,
        UserReadByteBurst = special.UserReadByteBurst ?? UserReadByteBurst,
        UserBytesInProgress = special.UserBytesInProgress ?? UserBytesInProgress,
        UserUnwrittenBytes = special.UserUnwrittenBytes ?? UserUnwrittenBytes,
        UserConnectsPerMinute = special.UserConnectsPerMinute ?? UserConnectsPerMinute,
        UserConnectBurst = special.UserConnectBurst ?? UserConnectBurst,
        ConnectionsPerUser = special.ConnectionsPerUser ?? ConnectionsPerUser,
        ConnectionsPerNode = ConnectionsPerNode,
        PendingConnectionsPerUser = PendingConnectionsPerUser,
        PendingConnectionsPerAddress = PendingConnectionsPerAddress,
        PendingConnectionsPerNode = PendingConnectionsPerNode,
        HandshakeTimeout = HandshakeTimeout,
        GroupsPerUser = GroupsPerUser,
    };
}
