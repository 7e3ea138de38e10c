namespace Wsmq.Server.Logs;

/// <summary>
/// What keeps a deployment's messages, cursors and memberships. Two implementations, one contract suite; nothing outside of
/// their folders knows which one runs.
/// </summary>
internal interface IStore : IAsyncDisposable
{
    IMessageLog Log { get; }

    IMembershipStore Memberships { get; }

    ISignals Signals { get; }

    IDeadLetterStore DeadLetters { get; }
    IAccessStore Access { get; }

    IUsageStore Usage { get; }

    /// <summary>
    /// Opens the store and checks that it can keep what it is given. Throws <see cref="InvalidOperationException"/> with the
    /// setting to change where it cannot: the app must not start on a store that drops messages.
    /// </summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Raised when a call failed with <c>store-unavailable</c>, and when a connection to the store broke or is back: a reason to ask
    /// whether it is available. Handlers must not block.
    /// </summary>
    event Action? Doubted;

    /// <summary>True while the store answers and takes writes, or has no room. Throws only when it is cancelled.</summary>
    Task<bool> IsAvailableAsync(CancellationToken cancellationToken);

    /// <summary>False while signals are known not to arrive: what is appended is then found when logs are compared with the store.</summary>
    bool HearsSignals => true;
}
