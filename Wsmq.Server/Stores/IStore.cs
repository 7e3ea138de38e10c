
namespace Wsmq.Server.Stores;

/// <summary>
/// Stores a deployment's messages, cursors and memberships. There are two implementations and one contract suite; nothing outside of their
/// folders knows which one runs.
/// </summary>
internal interface IStore : IAsyncDisposable
{
    IMessageLog MessageLog { get; }

    IMembershipStore Memberships { get; }

    ISignals Signals { get; }

    IDeadLetterStore DeadLetters { get; }

    IDelayedMessages Delayed { get; }

    IExpiryStore Expiry { get; }

    IUnacknowledgedStore Unacknowledged { get; }

    IJobStore Jobs { get; }

    IDeclarationStore Declarations { get; }

    IAccessStore Access { get; }

    IUsageStore Usage { get; }

    ILogInspection Inspection { get; }

    IRunStore Runs { get; }

    ILastSeenStore LastSeen { get; }

    ITrackingStore Tracking { get; }

    IClearedMessages Cleared { get; }

    INodeStore Nodes { get; }

    /// <summary>
    /// Opens the store and checks that it can store data reliably. Throws <see cref="InvalidOperationException"/> with the setting to
    /// change if it cannot: the app must not start on a store that drops messages.
    /// </summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Raised when a call failed with <c>store-unavailable</c>, and when a connection to the store broke or was restored: a reason to check
    /// whether it is available. Handlers must not block.
    /// </summary>
    event Action? Doubted;

    /// <summary>
    /// True while the store answers and accepts writes, or is full; renews the registration of the node. Throws only when it is cancelled.
    /// </summary>
    Task<bool> IsAvailableAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The store's clock, from which positions are made, in µs since 1970. On Redis an estimate between two checks of the store, with the error
    /// of a round trip.
    /// </summary>
    long Now { get; }

    /// <summary>False while signals are known not to arrive: new entries are then found when logs are compared with the store.</summary>
    bool ReceivesSignals => true;
}
