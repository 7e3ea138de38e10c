using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Configuration;
using Wsmq.Server.Logs;

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
    public async Task The_store_is_asked_at_most_once_a_second()
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
    public async Task Probes_at_the_same_time_share_one_question_and_one_that_leaves_does_not_end_it()
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
    public async Task A_store_that_does_not_answer_in_time_is_not_ready()
    {
        _store.Answer = new TaskCompletionSource<bool>().Task;
        var asked = AskAsync();
        await Eventually.That("the store is asked", () => _store.Asked == 1);
        _time.Advance(new WsmqOptions().StoreAwayAfter);
        (await asked).Should().Be(HealthStatus.Unhealthy);
    }

    /// <summary>A store of which only one question is of interest.</summary>
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

        public IMessageLog Log => throw new NotSupportedException();

        public IMembershipStore Memberships => throw new NotSupportedException();

        public ISignals Signals => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public IAccessStore Access => throw new NotSupportedException();

        public IUsageStore Usage => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Answer.WaitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
