using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Hosting;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Availability;

public sealed class StoreHealthCheckTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AskedStore _store = new();
    private readonly StoreHealthCheck _check;

    public StoreHealthCheckTests() => _check = new StoreHealthCheck(_store, Options.Create(new WsmqOptions()), _time);

    private async Task<HealthStatus> AskAsync(CancellationToken cancellationToken = default) =>
        (await _check.CheckHealthAsync(
            new HealthCheckContext { Registration = new HealthCheckRegistration("store", _check, null, null) }, cancellationToken)).Status;

    [Fact]
    public async Task The_health_check_queries_the_store_at_most_once_a_second()
    {
        _store.Answer = Task.FromResult(true);
        for (var i = 0; i < 100; i++)
            (await AskAsync()).Should().Be(HealthStatus.Healthy);
        _store.Asked.Should().Be(1);

        _time.Advance(TimeSpan.FromSeconds(1));
        _store.Answer = Task.FromResult(false);
        for (var i = 0; i < 100; i++)
            (await AskAsync()).Should().Be(HealthStatus.Unhealthy);
        _store.Asked.Should().Be(2);
    }

    [Fact]
    public async Task Concurrent_probes_share_one_store_query_and_a_cancelled_probe_does_not_end_it()
    {
        var answer = new TaskCompletionSource<bool>();
        _store.Answer = answer.Task;
        using var gone = new CancellationTokenSource();
        var leaves = AskAsync(gone.Token);
        var others = Enumerable.Range(0, 50).Select(_ => AskAsync()).ToList();
        _time.Advance(TimeSpan.FromSeconds(2));
        others.Add(AskAsync());
        await gone.CancelAsync();
        await FluentActions.Awaiting(() => leaves).Should().ThrowAsync<OperationCanceledException>();

        answer.SetResult(true);

        (await Task.WhenAll(others)).Should().AllBeEquivalentTo(HealthStatus.Healthy);
        _store.Asked.Should().Be(1);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_within_StoreUnavailableAfter_is_unhealthy()
    {
        _store.Answer = new TaskCompletionSource<bool>().Task;
        var asked = AskAsync();
        await Eventually.That("the store is queried", () => _store.Asked == 1);
        _time.Advance(new WsmqOptions().Delivery.StoreUnavailableAfter);
        (await asked).Should().Be(HealthStatus.Unhealthy);
    }

    /// <summary>A store that supports only <c>IsAvailableAsync</c>.</summary>
    private sealed class AskedStore : IStore
    {
        private int _asked;

        public event Action? Doubted
        {
            add { }
            remove { }
        }

        public int Asked => Volatile.Read(ref _asked);

        public Task<bool> Answer { get; set; } = null!;

        public long Now => throw new NotSupportedException();

        public IMessageLog MessageLog => throw new NotSupportedException();

        public IClearedMessages Cleared => throw new NotSupportedException();

        public IMembershipStore Memberships => throw new NotSupportedException();

        public ISignals Signals => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public IDelayedMessages Delayed => throw new NotSupportedException();

        public IExpiryStore Expiry => throw new NotSupportedException();

        public ITrackingStore Tracking => throw new NotSupportedException();

        public IUnacknowledgedStore Unacknowledged => throw new NotSupportedException();

        public IJobStore Jobs => throw new NotSupportedException();

        public IDeclarationStore Declarations => throw new NotSupportedException();

        public IAccessStore Access => throw new NotSupportedException();

        public IUsageStore Usage => throw new NotSupportedException();

        public ILogInspection Inspection => throw new NotSupportedException();

        public IRunStore Runs => throw new NotSupportedException();

        public ILastSeenStore LastSeen => throw new NotSupportedException();

        public INodeStore Nodes => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Answer.WaitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
