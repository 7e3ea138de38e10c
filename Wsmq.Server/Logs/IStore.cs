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

    /// <summary>
    /// Opens the store and checks that it can keep what it is given. Throws <see cref="InvalidOperationException"/> with the
    /// setting to change where it cannot: the app must not start on a store that drops messages.
    /// </summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>True while the store answers; asked by readiness checks. Does not throw.</summary>
    Task<bool> IsAvailableAsync(CancellationToken cancellationToken);
}
