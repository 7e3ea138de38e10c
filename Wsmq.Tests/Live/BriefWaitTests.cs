using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Live;

namespace Wsmq.Tests.Live;

public sealed class BriefWaitTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly FakeTimeProvider _time = new();
    private readonly List<Exception> _failed = [];
    private readonly TaskCompletionSource _work = new();
    private readonly BriefWait _wait;

    public BriefWaitTests() => _wait = new BriefWait(Moment, _time, _failed.Add);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_that_completes_after_the_limit_and_before_the_waiter_resumes_returns_its_own_outcome(bool fails)
    {
        var later = new LaterContext();
        var waiting = later.Run(() => _wait.ForAsync(_work.Task));
        _time.Advance(Moment);
        if (fails)
            _work.SetException(new InvalidOperationException());
        else
            _work.SetResult();
        later.Continue();

        if (fails)
            await waiting.Invoking(w => w).Should().ThrowAsync<InvalidOperationException>();
        else
            await waiting;
    }

    [Fact]
    public async Task A_wait_ends_at_its_limit_and_later_waits_return_at_once_while_that_work_is_pending()
    {
        var first = _wait.ForAsync(_work.Task);
        first.IsCompleted.Should().BeFalse();
        _time.Advance(Moment);
        await first;

        var other = new TaskCompletionSource();
        await _wait.ForAsync(other.Task);

        _work.SetException(new TimeoutException("the first"));
        other.SetException(new TimeoutException("the other"));
        _failed.Select(e => e.Message).Should().Equal("the first", "the other");
        _wait.ForAsync(new TaskCompletionSource().Task).IsCompleted.Should().BeFalse("no overdue work is left");
    }

    /// <summary>Simulates a busy thread pool: continuations are queued until <see cref="Continue"/>.</summary>
    private sealed class LaterContext : SynchronizationContext
    {
        private readonly Queue<Action> _waiting = [];

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue(() => d(state));

        public Task Run(Func<Task> start)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return start();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }

        public void Continue()
        {
            while (_waiting.TryDequeue(out var action))
                action();
        }
    }
}
