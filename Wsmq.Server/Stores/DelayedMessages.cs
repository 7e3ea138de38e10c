namespace Wsmq.Server.Stores;

/// <summary>When a message to a log is due. Part of an <see cref="AppendRequest"/>.</summary>
internal sealed record DelayTerms
{
    /// <summary>How long the message waits, in µs.</summary>
    public long Delay { get; init; }

    /// <summary>The time before which it is not appended, in µs since 1970; with a delay, the later of both counts.</summary>
    public long NotBefore { get; init; }

    /// <summary>The most messages that may wait for the sender in the lane, this one included.</summary>
    public int MaxWaiting { get; init; } = int.MaxValue;

    /// <summary>
    /// Set on a message that has waited and is due: its key, see <see cref="DueMessages"/>. It is appended if it still waits, and then no
    /// longer does.
    /// </summary>
    public string? Waited { get; init; }
}

/// <summary>
/// Messages with a delay. They are appended with <see cref="AppendRequest.Delay"/>: a message that is not due then waits, outside of its log,
/// and has no position yet; so does one that is due while others of its lane are that still wait. Its id is known for the deduplication window,
/// and as long as it waits. One that is due is appended as any other, with its key, whichever node does it: of several attempts one appends
/// it. One whose log is corrupt waits for another minute.
/// </summary>
internal interface IDelayedMessages
{
    /// <summary>How long a node has the turn to append what is due in a lane, unless it finds nothing more before.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    /// <summary>How long a message waits further whose log is corrupt.</summary>
    public static readonly TimeSpan PauseOfCorrupt = TimeSpan.FromMinutes(1);

    /// <summary>How long a message waits further that is itself corrupt or foreign: it is left for an operator.</summary>
    public static readonly TimeSpan PauseOfForeign = TimeSpan.FromDays(1);

    /// <summary>The most messages that are returned at a time, and the bytes after which there is no further one.</summary>
    public const int MostDue = 128;

    public const int MostDueBytes = 1024 * 1024;

    /// <summary>The bytes of messages after which a step of a list ends.</summary>
    public const int MostListedBytes = 1024 * 1024;

    /// <summary>Raised when this node has stored a message that waits: its lane, and when it is due, by the store's clock in µs since 1970.
    /// Handlers must not block.</summary>
    event Action<int, long>? Added;

    /// <summary>
    /// The messages of a lane that are due. A node that gets any is the only one to get some of this lane for a while
    /// (<see cref="Turn"/>), so that they are appended in their order; when it asks again and gets none, its turn is over.
    /// </summary>
    /// <param name="lane">An index in <see cref="IMessageLog.Appenders"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    Task<DueMessages> DueAsync(int lane, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a message that waits, for its sender. Returns whether it did. Where receipts wait for replicas, so does this: no failover takes
    /// back what it returns.
    /// </summary>
    /// <exception cref="WsmqException">
    /// <c>store-unavailable</c> or <c>store-corrupt</c>; <c>not-replicated</c>: it waits no longer, unless a failover undoes that.
    /// </exception>
    Task<bool> CancelAsync(WsmqAddress to, string sender, string id, CancellationToken cancellationToken);

    /// <summary>The same, of any sender, by its key (<see cref="DelayedHead.Key"/>).</summary>
    /// <exception cref="WsmqException">As above.</exception>
    Task<bool> CancelAsync(WsmqAddress to, string key, CancellationToken cancellationToken);

    /// <summary>
    /// One step through the messages that wait for an address, in the order of their times; at least one if there is one. It reads about a MiB
    /// of them at most.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="next">What the step before has returned; null for the first one.</param>
    /// <param name="max">The most messages.</param>
    /// <param name="bodyBytes">The most bytes of each body that are read.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException">
    /// <c>store-unavailable</c> or <c>store-corrupt</c>; <c>invalid-message</c>: no step has returned <paramref name="next"/>.
    /// </exception>
    Task<StorePage<DelayedHead>> ListAsync(WsmqAddress to, string? next, int max, int bodyBytes, CancellationToken cancellationToken);
}

/// <summary>The beginning of a message that waits.</summary>
/// <param name="Key">Names it among those that wait.</param>
/// <param name="Due">When it is due, in µs since 1970.</param>
/// <param name="Metadata">Everything about the message but its body; empty if it is corrupt.</param>
/// <param name="BodyStart">The first bytes of the body.</param>
/// <param name="BodyBytes">The size of the body.</param>
internal sealed record DelayedHead(string Key, long Due, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> BodyStart, long BodyBytes);

/// <param name="Messages">
/// The messages that are due, in the order of their times, and those of one time in that of sending. Each has its key in
/// <see cref="DelayTerms.Waited"/>.
/// </param>
/// <param name="Wait">After how long to ask again; null if no other message waits.</param>
internal sealed record DueMessages(IReadOnlyList<AppendRequest> Messages, TimeSpan? Wait)
{
    /// <summary>Whether entries of the lane have expired that can be removed, see <see cref="IExpiryStore"/>: one look finds both.</summary>
    public bool HasExpired { get; init; }
}
