using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Availability;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Availability;

/// <summary>The store monitor survives a store whose availability query throws.</summary>
public sealed class StoreMonitorTests
{
    [Fact]
    public async Task A_store_whose_availability_query_throws_is_reported_unavailable_and_is_queried_again()
    {
        var store = new ThrowingStore();
        var logs = new RecordedLogs();
        using var loggers = new LoggerFactory([logs]);
        var monitor = new StoreMonitor(
            store, new StoreNews(new ConnectionRegistry(TimeProvider.System, NullLogger<ConnectionRegistry>.Instance)), Options.Create(new WsmqOptions()), TimeProvider.System, new WsmqMetrics(new TestMeters()),
            new Logger<StoreMonitor>(loggers));
        await monitor.StartAsync(default);
        store.Doubt();

        await Eventually.That("the monitor reports the store as available again", () => logs.All.Any(l => l.Contains("The store is available again", StringComparison.Ordinal)));

        await monitor.StopAsync();
        logs.All.Should().Contain(l => l.Contains("The store is unavailable", StringComparison.Ordinal));
    }

    private sealed class ThrowingStore : IStore
    {
        public IUsageStore Usage => throw new NotSupportedException();

        public ILogInspection Inspection => throw new NotSupportedException();

        public IRunStore Runs => throw new NotSupportedException();

        public ILastSeenStore LastSeen => throw new NotSupportedException();

        public INodeStore Nodes => throw new NotSupportedException();

        private int _calls;

        public event Action? Doubted;

        public long Now => throw new NotSupportedException();

        public IMessageLog MessageLog => throw new NotSupportedException();

        public IClearedMessages Cleared => throw new NotSupportedException();

        public IMembershipStore Memberships => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public IDelayedMessages Delayed => throw new NotSupportedException();

        public IExpiryStore Expiry => throw new NotSupportedException();

        public ITrackingStore Tracking => throw new NotSupportedException();

        public IUnacknowledgedStore Unacknowledged => throw new NotSupportedException();

        public IJobStore Jobs => throw new NotSupportedException();

        public IDeclarationStore Declarations => throw new NotSupportedException();

        public ISignals Signals => throw new NotSupportedException();

        public IAccessStore Access => throw new NotSupportedException();

        public void Doubt() => Doubted?.Invoke();

        public Task<bool> IsAvailableAsync(CancellationToken cancellationToken) => Interlocked.Increment(ref _calls) == 1
            ? throw new WsmqException(WsmqErrors.StoreUnavailable)
            : Task.FromResult(true);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
