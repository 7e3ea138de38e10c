using System.Security.Claims;

namespace Wsmq;

/// <summary>
/// Limits of one user or one connection on a node. Rate limits are token buckets: the burst is the capacity, the rate (per second, minute
/// or hour) refills it, and a rate of 0 means no limit. Each node counts separately, except for
/// <see cref="UserSendBytesPerMinute"/> and <see cref="UserStorePercent"/>, which apply over all nodes, and
/// <see cref="GroupsPerUser"/>. A call over a limit is refused with an error code and the time after which to retry. Messages that the app
/// itself publishes are not limited. The defaults suit human users. Put service accounts into a class: see <see cref="Classes"/>.
/// </summary>
public sealed class WsmqLimitOptions
{
    /// <summary>
    /// The name of the predefined class for service accounts: 10,000 messages a second of a connection (burst 20,000), 20,000 of a user
    /// (40,000), 4 GiB a minute (256 MiB), 50 percent of the store, 10,000 new addresses an hour (10,000), 10,000 streams of producers an
    /// hour (1,000), 100,000 messages that wait for their time, 64 MiB a second read from logs (512 MiB), 600 connects a minute (200), 100 connections.
    /// </summary>
    public const string ServiceClass = "service";

    /// <summary>
    /// Messages per second from one connection, including refused messages. Both this and <see cref="UserSendsPerSecond"/> apply: to allow
    /// more, raise both, and both bursts. Default 50; 0 (no limit) to 1,000,000.
    /// </summary>
    public int ConnectionSendsPerSecond { get; set; } = 50;

    /// <summary>Burst of messages from one connection. Default 500; 1 to 10,000,000.</summary>
    public int ConnectionSendBurst { get; set; } = 500;

    /// <summary>
    /// Messages per second from all connections of a user to a node. <see cref="ConnectionSendsPerSecond"/> applies as well. Default 50;
    /// 0 (no limit) to 1,000,000.
    /// </summary>
    public int UserSendsPerSecond { get; set; } = 50;

    /// <summary>Burst of messages from all connections of a user to a node. Default 500; 1 to 10,000,000.</summary>
    public int UserSendBurst { get; set; } = 500;

    /// <summary>
    /// Bytes of bodies and metadata per minute that a user may send, over all nodes. Each node learns the usage on other nodes from the
    /// store, within seconds. Default 16 MiB; 0 (no limit) to 1 TiB.
    /// </summary>
    public long UserSendBytesPerMinute { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Burst of <see cref="UserSendBytesPerMinute"/>, in bytes. A larger message is accepted only when the whole burst is available.
    /// Default 16 MiB; 1 KiB to 1 TiB.
    /// </summary>
    public long UserSendByteBurst { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The share of the store that may be charged to a user, in percent, over all nodes. Charged are the messages that the user sent,
    /// until they are removed, their ids, and the addresses that the user created. Dead letters have separate bounds: a quarter of the
    /// share for the user's own queue, and a quarter for all groups together. Over these bounds the oldest dead letter is removed, and
    /// nothing is refused. Default 5; 0 (no limit) to 100. The size of the store is <see cref="WsmqRedisOptions.MemoryBytes"/> or
    /// <see cref="WsmqSqliteOptions.MaxBytes"/>.
    /// </summary>
    public double UserStorePercent { get; set; } = 5;

    /// <summary>
    /// New addresses per hour that a user may create on each node by sending to them. An address exists once a client has connected as
    /// that user, the app has added that user to a group, or its log has had an entry. Default 100; 0 (no limit) to 1,000,000.
    /// </summary>
    public int UserNewAddressesPerHour { get; set; } = 100;

    /// <summary>Burst of new addresses. Default 200; 1 to 10,000,000.</summary>
    public int UserNewAddressBurst { get; set; } = 200;

    /// <summary>
    /// Streams of producers (clients that number their messages) per hour that a user may open to a node, because the store remembers each
    /// producer for <see cref="WsmqPublishOptions.ProducerExpiry"/>. Our clients send with ids while they are refused. Default 240; 0 (no
    /// limit) to 1,000,000.
    /// </summary>
    public int UserProducersPerHour { get; set; } = 240;

    /// <summary>Burst of streams of producers. Default 60; 1 to 10,000,000.</summary>
    public int UserProducerBurst { get; set; } = 60;

    /// <summary>
    /// Messages to users and groups that wait for their time, of one sender; on a Redis Cluster in each bucket of addresses. Beyond it a send
    /// with a delay is refused with <c>too-many-delayed</c>. Default 1,000; 0 (no limit) to 10,000,000.
    /// </summary>
    public int UserDelayedMessages { get; set; } = 1_000;

    /// <summary>
    /// Sequences of a sender that the store remembers, each of a producer and an address (<see cref="WsmqPublishOptions.SequenceRetention"/>); on
    /// a Redis Cluster in each bucket of addresses, and on Redis counted anew after each retention. Beyond it a message that begins one is refused
    /// with <c>too-many-sequences</c>; our clients then send it with an id. Default 10,000; 0 (no limit) to 10,000,000.
    /// </summary>
    public int UserSequences { get; set; } = 10_000;

    /// <summary>
    /// Tracked messages of one sender whose status is stored; on a Redis Cluster in each bucket of addresses. Beyond it a send with
    /// <see cref="WsmqSendOptions.Track"/> is refused with <c>too-many-tracked</c>. Default 10,000; 0 (no limit) to 10,000,000.
    /// </summary>
    public int UserTrackedMessages { get; set; } = 10_000;

    /// <summary>
    /// Calls of <c>Resume</c>, <c>Nack</c> and <c>History</c> per second from all connections of a user to a node. Acks count only if they are
    /// malformed, name a source that the connection does not read, or a position past the last entry that the node has seen. What a user reads is
    /// limited by <see cref="UserReadBytesPerSecond"/>. Default 50; 0 (no limit) to 1,000,000.
    /// </summary>
    public int UserResumesPerSecond { get; set; } = 50;

    /// <summary>
    /// Burst of <see cref="UserResumesPerSecond"/>. A client that stores its own positions resumes all its groups at once. Default 2,000;
    /// 1 to 10,000,000.
    /// </summary>
    public int UserResumeBurst { get; set; } = 2_000;

    /// <summary>
    /// Bytes per second that a node reads from logs for all connections of a user, including the backlog of unread messages. Deliveries
    /// of new messages need no such read. Over the limit, deliveries are delayed. Default 4 MiB; 0 (no limit) to 1 TiB.
    /// </summary>
    public long UserReadBytesPerSecond { get; set; } = 4 * 1024 * 1024;

    /// <summary>Burst of <see cref="UserReadBytesPerSecond"/>, in bytes. Default 32 MiB; 1 KiB to 1 TiB.</summary>
    public long UserReadByteBurst { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bytes of memory that a user may have in progress on a node, over all its connections: calls, messages that wait for the store,
    /// and results that clients have not read. When it is used up, the server stops reading from that user's connections until capacity
    /// is free. One connection gets at most a quarter. Default 16 MiB; 1 MiB to 16 GiB.
    /// </summary>
    public long UserBytesInProgress { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of messages that a node has read from logs for a user, over all its connections, but not yet written to them. When it is used
    /// up, further reads are small: each connection gets one message at a time. Default 16 MiB; 1 MiB to 16 GiB.
    /// </summary>
    public long UserUnwrittenBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Connections per minute that a user may open to a node. Default 120; 0 (no limit) to 1,000,000.</summary>
    public int UserConnectsPerMinute { get; set; } = 120;

    /// <summary>Burst of connections that a user may open to a node. Default 100; 1 to 10,000,000.</summary>
    public int UserConnectBurst { get; set; } = 100;

    /// <summary>Open connections of a user to a node. Default 50; 1 to 1,000,000.</summary>
    public int ConnectionsPerUser { get; set; } = 50;

    /// <summary>Open connections of all users to a node. Default 100,000; 1 to 10,000,000.</summary>
    public int ConnectionsPerNode { get; set; } = 100_000;

    /// <summary>
    /// Pending connections of a user to a node, which are not accepted yet: negotiated but not opened, open without a handshake, or
    /// refused but not yet closed. Further connections are refused with status 429. Default 100; 1 to 1,000,000.
    /// </summary>
    public int PendingConnectionsPerUser { get; set; } = 100;

    /// <summary>
    /// Pending connections of one remote address to a node, for requests without a user. IPv6 addresses with the same first 64 bits count
    /// as one address. Default 100; 1 to 1,000,000.
    /// </summary>
    public int PendingConnectionsPerAddress { get; set; } = 100;

    /// <summary>Pending connections of all users to a node. Default 10,000; 1 to 10,000,000.</summary>
    public int PendingConnectionsPerNode { get; set; } = 10_000;

    /// <summary>
    /// How long an open connection may take to send its handshake before it is closed. Default 10 seconds; 100 ms to 1 minute.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Groups that a user may be a member of, over all nodes. Default 1,000; 1 to 1,000,000.</summary>
    public int GroupsPerUser { get; set; } = 1_000;

    /// <summary>
    /// Classes of users with their own limits, by name. One class is predefined, <see cref="ServiceClass"/>; you can change or remove it,
    /// and add others. To change one of its limits, set the property of <c>Classes[ServiceClass]</c>: a new <see cref="WsmqLimitClass"/>
    /// would discard its other limits. A class applies to connections that <see cref="ClassProvider"/> or <see cref="ClassClaim"/> assigns
    /// to it. All other connections have the general limits.
    /// </summary>
    public IDictionary<string, WsmqLimitClass> Classes { get; } =
        new Dictionary<string, WsmqLimitClass>(StringComparer.Ordinal) { [ServiceClass] = WsmqLimitClass.Service() };

    /// <summary>
    /// The claim whose value is the name of a connection's class. A value that is not in <see cref="Classes"/> is ignored. Default null: no
    /// claim. Make sure that only your token issuer can set the claim.
    /// </summary>
    public string? ClassClaim { get; set; }

    /// <summary>
    /// Selects the class of a connection, once, when it connects. Returns the name of one of <see cref="Classes"/>, or null for the
    /// general limits. Takes precedence over <see cref="ClassClaim"/>. Default null; can be set in code only.
    /// </summary>
    public Func<ClaimsPrincipal, string?>? ClassProvider { get; set; }

    /// <summary>The limits of a class: its own values, and the general value wherever it has none.</summary>
    internal WsmqLimitOptions With(WsmqLimitClass special) => new()
    {
        ConnectionSendsPerSecond = special.ConnectionSendsPerSecond ?? ConnectionSendsPerSecond,
        ConnectionSendBurst = special.ConnectionSendBurst ?? ConnectionSendBurst,
        UserSendsPerSecond = special.UserSendsPerSecond ?? UserSendsPerSecond,
        UserSendBurst = special.UserSendBurst ?? UserSendBurst,
        UserSendBytesPerMinute = special.UserSendBytesPerMinute ?? UserSendBytesPerMinute,
        UserSendByteBurst = special.UserSendByteBurst ?? UserSendByteBurst,
        UserStorePercent = special.UserStorePercent ?? UserStorePercent,
        UserNewAddressesPerHour = special.UserNewAddressesPerHour ?? UserNewAddressesPerHour,
        UserNewAddressBurst = special.UserNewAddressBurst ?? UserNewAddressBurst,
        UserResumesPerSecond = special.UserResumesPerSecond ?? UserResumesPerSecond,
        UserResumeBurst = special.UserResumeBurst ?? UserResumeBurst,
        UserReadBytesPerSecond = special.UserReadBytesPerSecond ?? UserReadBytesPerSecond,
        UserReadByteBurst = special.UserReadByteBurst ?? UserReadByteBurst,
        UserBytesInProgress = special.UserBytesInProgress ?? UserBytesInProgress,
        UserUnwrittenBytes = special.UserUnwrittenBytes ?? UserUnwrittenBytes,
        UserConnectsPerMinute = special.UserConnectsPerMinute ?? UserConnectsPerMinute,
        UserConnectBurst = special.UserConnectBurst ?? UserConnectBurst,
        UserProducersPerHour = special.UserProducersPerHour ?? UserProducersPerHour,
        UserDelayedMessages = special.UserDelayedMessages ?? UserDelayedMessages,
        UserSequences = special.UserSequences ?? UserSequences,
        UserTrackedMessages = special.UserTrackedMessages ?? UserTrackedMessages,
        UserProducerBurst = special.UserProducerBurst ?? UserProducerBurst,
        ConnectionsPerUser = special.ConnectionsPerUser ?? ConnectionsPerUser,
        ConnectionsPerNode = ConnectionsPerNode,
        PendingConnectionsPerUser = PendingConnectionsPerUser,
        PendingConnectionsPerAddress = PendingConnectionsPerAddress,
        PendingConnectionsPerNode = PendingConnectionsPerNode,
        HandshakeTimeout = HandshakeTimeout,
        GroupsPerUser = GroupsPerUser,
    };
}
