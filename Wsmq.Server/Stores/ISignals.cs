namespace Wsmq.Server.Stores;

/// <summary>
/// A notification about an address. A hint that may be lost: the log is authoritative. Those signals of one address that arrive do so in
/// the order in which they were sent.
/// </summary>
/// <param name="Position">The new entry's position; <see cref="Wsmq.WsmqPosition.Start"/> if the signal is not about an entry.</param>
/// <param name="Previous">The new entry's previous position.</param>
/// <param name="Entry">The entry itself, if it is small enough to be sent with the signal.</param>
internal readonly record struct Signal(WsmqPosition Position, WsmqPosition Previous, LogEntry? Entry)
{
    /// <summary>The groups of the address's user changed.</summary>
    public static Signal Membership => default;

    /// <summary>
    /// For a work queue: other than by new jobs, jobs have become workable, or the time at which they will be has changed, or the queue was
    /// paused or resumed.
    /// </summary>
    public static Signal QueueChanged => default;

    /// <summary>For a work queue: the job of this position was removed while it was leased.</summary>
    public static Signal JobRemoved(WsmqPosition job) => new() { Removed = job };

    public bool IsMembership =>
        Position == WsmqPosition.Start && Left is null && Removed == WsmqPosition.Start && Cleared == WsmqPosition.Start;

    /// <summary>
    /// For a group's address: the user who left it. It is ordered with the group's entries, so that a live connection receives nothing that
    /// was sent after its user had left.
    /// </summary>
    public string? Left { get; private init; }

    /// <summary>
    /// For a work queue: a job that was removed while it was leased; <see cref="Wsmq.WsmqPosition.Start"/> if the signal is about none.
    /// </summary>
    public WsmqPosition Removed { get; private init; }

    /// <summary>
    /// For a user: a message for any device that a device has acknowledged; <see cref="Wsmq.WsmqPosition.Start"/> if the signal is about none.
    /// </summary>
    public WsmqPosition Cleared { get; private init; }

    /// <summary>
    /// Another signal of the same address arrived together with this one and follows at once: waking readers may wait for it.
    /// </summary>
    public bool More { get; init; }

    public static Signal MessageCleared(WsmqPosition message) => new() { Cleared = message };

    public static Signal MemberLeft(string user) => new() { Left = user };
}

/// <summary>Carries signals from the appending node to every node that has readers of the address.</summary>
internal interface ISignals
{
    /// <summary>
    /// Raised after signals may have been lost: the subscriptions were down and are restored. Listeners read the state of their logs again.
    /// Handlers must not block.
    /// </summary>
    event Action? Restored;

    /// <summary>
    /// Subscribes to an address; once the task completes, every later append is signalled. The handler must neither block nor throw: it
    /// runs for all addresses of the node in turn. One subscription per address and node. Querying the states of addresses
    /// (<see cref="IMessageLog.StatesAsync"/>), and for work queues a declaration (<see cref="IDeclarationStore.DeclareAsync"/>), restores
    /// subscriptions that the store has lost.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(WsmqAddress address, Action<Signal> handler, CancellationToken cancellationToken);
}
