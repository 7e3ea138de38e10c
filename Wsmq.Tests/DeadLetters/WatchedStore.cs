using Wsmq.Server.Stores;

namespace Wsmq.Tests.DeadLetters;

/// <summary>The store of a real node, with what a test lets happen to each page of a search for dead letters.</summary>
internal sealed class WatchedStore(
    IStore real, Func<StorePage<DeadLetterHead>, CancellationToken, Task<StorePage<DeadLetterHead>>> found) : IStore
{
    public event Action? Doubted
    {
        add => real.Doubted += value;
        remove => real.Doubted -= value;
    }

    public IMessageLog MessageLog => real.MessageLog;

    public IClearedMessages Cleared => real.Cleared;

    public IMembershipStore Memberships => real.Memberships;

    public ISignals Signals => real.Signals;

    public IDeadLetterStore DeadLetters { get; } = new Letters(real.DeadLetters, found);

    public IDelayedMessages Delayed => real.Delayed;

    public IExpiryStore Expiry => real.Expiry;

    public ITrackingStore Tracking => real.Tracking;

    public IUnacknowledgedStore Unacknowledged => real.Unacknowledged;

    public IJobStore Jobs => real.Jobs;

    public IDeclarationStore Declarations => real.Declarations;

    public IAccessStore Access => real.Access;

    public IUsageStore Usage => real.Usage;

    public ILogInspection Inspection => real.Inspection;

    public IRunStore Runs => real.Runs;

    public ILastSeenStore LastSeen => real.LastSeen;

    public INodeStore Nodes => real.Nodes;

    public long Now => real.Now;

    public bool ReceivesSignals => real.ReceivesSignals;

    public Task StartAsync(CancellationToken cancellationToken) => real.StartAsync(cancellationToken);

    public Task<bool> IsAvailableAsync(CancellationToken cancellationToken) => real.IsAvailableAsync(cancellationToken);

    // The node disposes it.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Letters(
        IDeadLetterStore real, Func<StorePage<DeadLetterHead>, CancellationToken, Task<StorePage<DeadLetterHead>>> found) : IDeadLetterStore
    {
        public async Task<StorePage<DeadLetterHead>> ScanAsync(
            DeadLetterScan scan, string? next, int max, CancellationToken cancellationToken) =>
            await found(await real.ScanAsync(scan, next, max, cancellationToken), cancellationToken);

        public Task<NackResult> NackAsync(NackRequest request, CancellationToken cancellationToken) =>
            real.NackAsync(request, cancellationToken);

        public Task<IReadOnlyList<StoredDeadLetter>> ListAsync(WsmqAddress source, string user, CancellationToken cancellationToken) =>
            real.ListAsync(source, user, cancellationToken);

        public Task<StoredDeadLetter?> ReadAsync(DeadLetterKey key, string user, CancellationToken cancellationToken) =>
            real.ReadAsync(key, user, cancellationToken);

        public Task<bool> RemoveAsync(DeadLetterKey key, string user, CancellationToken cancellationToken) =>
            real.RemoveAsync(key, user, cancellationToken);

        public Task<IReadOnlyList<DeadLetterHead>> FindAsync(
            WsmqAddress source, WsmqPosition position, IReadOnlyCollection<(string User, string Device)> devices,
            CancellationToken cancellationToken) => real.FindAsync(source, position, devices, cancellationToken);
    }
}
