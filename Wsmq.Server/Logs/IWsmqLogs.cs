namespace Wsmq;

/// <summary>
/// The logs of all addresses, for operators (tools and pages of support) and for the app's own endpoints. It asks no authorizer, reads a
/// bounded part of the store with each call, and changes nothing but by <see cref="CancelDelayedAsync"/>. All methods may throw
/// <see cref="WsmqException"/> with <c>store-unavailable</c>, <c>store-corrupt</c>, and with <c>stopping</c> on a node that stops.
/// </summary>
public interface IWsmqLogs
{
    /// <summary>
    /// Searches addresses. From the first page to the last one, an address that exists all the time is found at least once, on Redis perhaps
    /// more than once and in no order; a page may have some addresses more than asked for.
    /// </summary>
    /// <param name="query">Which addresses are meant.</param>
    /// <param name="next">The <see cref="WsmqPage{T}.Next"/> of the page before; null for the first page.</param>
    /// <param name="max">After how many addresses a page ends; 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException"><c>invalid-message</c>: no page has returned <paramref name="next"/>.</exception>
    Task<WsmqPage<WsmqAddressInfo>> SearchAsync(
        WsmqAddressQuery query, string? next = null, int max = 100, CancellationToken cancellationToken = default);

    /// <summary>The figures of a log and the cursors of its readers. Of an address that does not exist, all figures are 0.</summary>
    /// <param name="address">The address.</param>
    /// <param name="next">
    /// Of a group: the <see cref="WsmqLogInfo.Next"/> of the page of cursors before; null for the first page.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqLogInfo> FindAsync(WsmqAddress address, string? next = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns the position of the newest entry that a log ever had; <see cref="WsmqPosition.Start"/> if it had none. For an endpoint that
    /// returns data together with its position, for clients that keep it up to date (<c>Snapshot</c> of the .NET and TypeScript clients):
    /// read the position first and the data afterwards, so that every message whose effect the data lacks comes after the position. That
    /// holds if the app publishes a message after it has committed the change.
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-address</c>: a work queue.</exception>
    Task<WsmqPosition> TailAsync(WsmqAddress address, CancellationToken cancellationToken = default);

    /// <summary>Lists entries of a log without their bodies. A page looks at 1,000 entries at most, and at 16 MiB of them.</summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="query">Which entries are meant.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>
    /// The entries; <see cref="WsmqPage{T}.Next"/> is a position for <see cref="WsmqEntryQuery.After"/>, or, if the newest come first, for
    /// <see cref="WsmqEntryQuery.Before"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="WsmqEntryQuery.Max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException"><c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>.</exception>
    Task<WsmqPage<WsmqLogEntry>> ListAsync(WsmqAddress address, WsmqEntryQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns a part of the messages that a log still has, with their bodies, as users get it (<see cref="IWsmqHub.History"/>). A page looks at
    /// 1,000 entries at most, and at 16 MiB of them, and ends with the entry that reaches 1 MiB.
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="query">Which entries are meant; null for the oldest 50.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="WsmqHistoryQuery.Max"/> is not 1 to 200.</exception>
    /// <exception cref="WsmqException"><c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>.</exception>
    Task<WsmqHistoryPage> HistoryPageAsync(
        WsmqAddress address, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns all messages of a log that meet the conditions of a query, page by page (<see cref="HistoryPageAsync"/>), each when it is
    /// needed. With the oldest first it ends with what is stored when it gets there.
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="query">Which entries are meant; its <see cref="WsmqHistoryQuery.Max"/> is the size of a page. Null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="WsmqHistoryQuery.Max"/> is not 1 to 200.</exception>
    /// <exception cref="WsmqException"><c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>.</exception>
    IAsyncEnumerable<WsmqDelivery> HistoryAsync(WsmqAddress address, WsmqHistoryQuery? query = null);

    /// <summary>
    /// Lists the state of an address: the newest message of each key (<see cref="WsmqSendOptions.StateKey"/>), without bodies, in the order
    /// of their positions. To remove state, send a message that removes it (<c>RemoveStateAsync</c> of <see cref="IWsmqPublisher"/>).
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="next">The <see cref="WsmqPage{T}.Next"/> of the page before, a position; null for the first page.</param>
    /// <param name="max">The page size; 1 to 1,000. A page also ends with the message that reaches 1 MiB.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>The entries. A key that is replaced between two pages comes once more, with its new entry.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>: a work queue; <c>invalid-position</c>: no page has returned <paramref name="next"/>.
    /// </exception>
    Task<WsmqPage<WsmqLogEntry>> StateAsync(
        WsmqAddress address, string? next = null, int max = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the messages that wait until they are due at an address (<see cref="WsmqSendOptions.Delay"/>, <see cref="WsmqSendOptions.NotBefore"/>),
    /// without bodies, in the order of their times. A time counts that the message was sent with: one that could not be stored when it was due,
    /// and is tried again later, stays in its place.
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="next">The <see cref="WsmqPage{T}.Next"/> of the page before; null for the first page.</param>
    /// <param name="max">The page size; 1 to 1,000. A page also ends with the message that reaches 1 MiB.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>; <c>invalid-message</c>: no page has returned <paramref name="next"/>.
    /// </exception>
    Task<WsmqPage<WsmqDelayedMessage>> DelayedAsync(
        WsmqAddress address, string? next = null, int max = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels a message that waits until it is due, of any sender. A sender cancels its own by their ids (<c>CancelDelayedAsync</c> of the
    /// clients and of <see cref="IWsmqPublisher"/>).
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="key">The <see cref="WsmqDelayedMessage.Key"/> of the message.</param>
    /// <param name="cancellationToken">Cancels the wait for the result, not the cancellation.</param>
    /// <returns>Whether it was waiting. False as well if it has been stored in its log meanwhile, or was cancelled.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>: a work queue; <c>not-replicated</c>: too few replicas have confirmed it in time, so that a failover may undo it.
    /// </exception>
    Task<bool> CancelDelayedAsync(WsmqAddress address, string key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads one entry with its body, from the log, or, if it was removed there, from the state of the address; null if it is not stored.
    /// </summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="position">Its position.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>; <c>store-corrupt</c> for a damaged entry.
    /// </exception>
    Task<WsmqDelivery?> ReadAsync(WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken = default);

    /// <summary>What the store can tell of the life of one message; docs/http.md states what it cannot tell.</summary>
    /// <param name="address">A user's queue or a group.</param>
    /// <param name="position">The position of the message.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>: a work queue, see <see cref="IWsmqQueues"/>; <c>position-beyond-tail</c>: the log has not issued the position.
    /// </exception>
    Task<WsmqMessageLife> LifeAsync(WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken = default);
}

/// <summary>Selects addresses.</summary>
public sealed class WsmqAddressQuery
{
    /// <summary>Addresses of one kind; null for all.</summary>
    public WsmqAddressKind? Kind { get; init; }

    /// <summary>What their names begin with, or a text in which each <c>*</c> stands for any characters; null for all.</summary>
    public string? Match { get; init; }
}

/// <summary>Selects entries of a log: those that meet every condition that is set.</summary>
public sealed class WsmqEntryQuery
{
    /// <summary>Entries after this position.</summary>
    public WsmqPosition? After { get; init; }

    /// <summary>Entries before this position.</summary>
    public WsmqPosition? Before { get; init; }

    /// <summary>Whether the newest entry comes first. Default false.</summary>
    public bool Newest { get; init; }

    /// <summary>The page size; 1 to 1,000, default 50.</summary>
    public int Max { get; init; } = 50;

    /// <summary>The id of the message.</summary>
    public string? Id { get; init; }

    /// <summary>The sender.</summary>
    public string? Sender { get; init; }

    /// <summary>The type of the message; a <c>*</c> in it stands for any characters.</summary>
    public string? Type { get; init; }

    /// <summary>Stored at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Stored at this time or earlier.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether the beginnings of bodies are returned. Default false.</summary>
    public bool WithPreview { get; init; }
}
