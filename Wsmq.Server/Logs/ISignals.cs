namespace Wsmq.Server.Logs;

/// <summary>
/// News about an address. A hint: it may be lost, and the log is the truth. Signals of one address that arrive do so in the
/// order in which they were sent.
/// </summary>
/// <param name="Position">The new entry's position; <see cref="Wsmq.WsmqPosition.Start"/> where the signal is not about an entry.</param>
/// <param name="Previous">The new entry's previous position.</param>
/// <param name="Entry">The entry itself, where it is small enough to travel with the signal.</param>
internal readonly record struct Signal(WsmqPosition Position, WsmqPosition Previous, LogEntry? Entry)
{
    /// <summary>The groups of the address's user changed.</summary>
    public static Signal Membership => default;

    public bool IsMembership => Position == WsmqPosition.Start && Left is null;

    /// <summary>
    /// Of a group's address: the user who left it. It comes in order with the group's entries, so that a live connection gets
    /// nothing that was sent after its user had left.
    /// </summary>
    public string? Left { get; private init; }

    /// <summary>
    /// Another signal of the same address came together with this one and follows at once: whoever wakes readers may wait for it.
    /// </summary>
    public bool More { get; init; }

    public static Signal MemberLeft(string user) => new() { Left = user };
}

/// <summary>Carries signals from whoever appends to every node that has readers of the address.</summary>
internal interface ISignals
{
    /// <summary>
    /// Raised after signals may have been lost: the subscriptions were down and are back. Whoever listens reads the state of
    /// its logs again. Handlers must not block.
    /// </summary>
    event Action? Restored;

    /// <summary>
    /// Starts to hear of an address; when the task completes, every later append is signalled. The handler must neither block
    /// nor throw: it runs for all addresses of the node in turn. One subscription an address and node. Asking for the states of
    /// addresses (<see cref="IMessageLog.StatesAsync"/>) makes good what the store forgot of their subscriptions.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(WsmqAddress address, Action<Signal> handler, CancellationToken cancellationToken);
}
