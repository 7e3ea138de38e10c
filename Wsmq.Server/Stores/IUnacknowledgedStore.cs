namespace Wsmq.Server.Stores;

/// <summary>
/// The users whose messages a hook of the app is told of unless some device acknowledges them. An append of a message with
/// <see cref="AppendRequest.IsNoted"/> notes its address in the same step, with when it is due, if it is not noted yet. A node takes those that
/// are due, for a while: if it does not settle one until then, another node takes it. Nothing is written when a device acknowledges.
/// </summary>
internal interface IUnacknowledgedStore
{
    /// <summary>How long an address whose log is corrupt is left alone.</summary>
    public static readonly TimeSpan PauseOfCorrupt = TimeSpan.FromMinutes(1);

    /// <summary>Takes addresses of a lane that are due, those first that have been due for the longest time.</summary>
    /// <param name="lane">An index in <see cref="IMessageLog.Appenders"/>.</param>
    /// <param name="lease">For how long no other node gets them.</param>
    /// <param name="max">The most addresses.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    Task<TakenAddresses> TakeAsync(int lane, TimeSpan lease, int max, CancellationToken cancellationToken);

    /// <summary>
    /// How far the devices of users have come, in the order of the list, which has addresses of one lane only; null if what is stored of one is
    /// corrupt. Does not need the addresses to be taken.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<AddressReach?[]> ReachesAsync(IReadOnlyList<WsmqAddress> addresses, CancellationToken cancellationToken);

    /// <summary>
    /// Begins an attempt: prolongs the lease, and counts the attempt, so that one that ends its process counts as well. Returns the address as it
    /// is taken now; null if another node has taken it.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    Task<TakenAddress?> BeginAsync(TakenAddress address, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Says what becomes of addresses of one lane. Those that another node has taken are left to it.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    Task SettleAsync(IReadOnlyList<SettledAddress> addresses, CancellationToken cancellationToken);
}

/// <param name="Addresses">What was taken.</param>
/// <param name="Wait">After how long to ask again; null if no other address is noted.</param>
internal sealed record TakenAddresses(IReadOnlyList<TakenAddress> Addresses, TimeSpan? Wait);

/// <summary>An address of a user that this node has taken.</summary>
/// <param name="Address">The address.</param>
/// <param name="From">The position through which the hook was told, or up to which there was nothing to tell.</param>
/// <param name="Attempts">How many attempts to tell what follows have begun.</param>
/// <param name="Token">Names the lease.</param>
internal sealed record TakenAddress(WsmqAddress Address, WsmqPosition From, int Attempts, long Token);

/// <param name="Acknowledged">The highest position that any device has acknowledged; of devices that are gone, what all had in common.</param>
/// <param name="Tail">The last position issued.</param>
internal readonly record struct AddressReach(WsmqPosition Acknowledged, WsmqPosition Tail);

/// <param name="Taken">The address as it was taken.</param>
/// <param name="From">The position from which on there may be something to tell.</param>
/// <param name="Attempts">How many attempts to tell what follows have failed.</param>
/// <param name="Due">
/// When to look again, by the clock of the store in µs since 1970. If <paramref name="Tail"/> is given, only if the log has another tail by
/// now; the address is not noted any more if it has not.
/// </param>
/// <param name="Tail">The tail of the log, up to which nothing is left; null if something is.</param>
internal sealed record SettledAddress(TakenAddress Taken, WsmqPosition From, int Attempts, long Due, WsmqPosition? Tail = null);
