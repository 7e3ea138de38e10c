using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Redis.Backplane;

namespace Wsmq.Tests.Nodes;

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
    public async Task Work_that_ends_just_after_the_moment_is_over_has_not_timed_out(bool fails)
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
    public async Task Who_waits_goes_on_after_a_moment_and_nobody_waits_while_the_work_takes_longer()
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
        _wait.ForAsync(new TaskCompletionSource().Task).IsCompleted.Should().BeFalse("nothing is late any more");
    }

    /// <summary>A busy thread pool: what goes on after an await waits for its turn.</summary>
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
