using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>How a lane handles sends that wait too long, on a fake clock.</summary>
public sealed class PublishLaneTests : IAsyncLifetime
{
    private static readonly WsmqOptions Options = new() { Publish = { SendTimeout = TimeSpan.FromSeconds(10) } };

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedLog _log = new();
    private PublishLane _lane = null!;

    public Task InitializeAsync()
    {
        _lane = new PublishLane(_log, Options, new ServerTurns(_time), _time, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _log.Answer = _ => null;
        _log.Gate.TrySetResult();
        var stopped = _lane.StopAsync();
        await ForwardUntilAsync("the lane stops", stopped);
    }

    private Task<WsmqReceipt> Send(string id, ValueTask<WsmqException?> admission = default)
    {
        var send = new AwaitedSend(
            new AppendRequest(WsmqAddress.User("bob"), "app", id, Encoding.UTF8.GetBytes("m"), Encoding.UTF8.GetBytes("1")), admission);
        _lane.Enqueue(send);
        return send.Receipt;
    }

    private Task ForwardUntilAsync(string reason, Task task) => Eventually.That(reason, () =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        return task.IsCompleted;
    });

    private static async Task ShouldFailAsync(Task<WsmqReceipt> send, WsmqError error) =>
        (await FluentActions.Awaiting(() => send).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);

    [Fact]
    public async Task A_send_that_waited_longer_than_SendTimeout_is_refused_and_never_stored()
    {
        // As many calls as may be in flight: what is sent after them waits in the queue.
        var first = new List<Task<WsmqReceipt>>();
        foreach (var id in new[] { "1", "2", "3", "4" })
        {
            first.Add(Send(id));
            await Eventually.That("the store is called", () => _log.Appended.Count == first.Count);
        }

        var late = Send("late");

        _time.Advance(Options.Publish.SendTimeout);
        var fresh = Send("fresh");
        _log.Gate.SetResult();

        await ShouldFailAsync(late, WsmqErrors.ServerBusy);
        (await fresh).Id.Should().Be("fresh");
        (await Task.WhenAll(first)).Select(r => r.Id).Should().Equal("1", "2", "3", "4");
        _log.Appended.Should().Equal("1", "2", "3", "4", "fresh");
    }

    [Fact]
    public async Task An_authorizer_that_does_not_answer_delays_other_sends_by_at_most_SendTimeout()
    {
        _log.Gate.SetResult();
        var silent = new TaskCompletionSource<WsmqException?>();
        var before = Send("before");
        var stuck = Send("stuck", new ValueTask<WsmqException?>(silent.Task));

        (await before).Id.Should().Be("before");
        _time.Advance(Options.Publish.SendTimeout / 2);
        var behind = Send("behind");
        _time.Advance(Options.Publish.SendTimeout / 2);

        await ShouldFailAsync(stuck, WsmqErrors.ServerBusy);
        (await behind).Id.Should().Be("behind");
        _log.Appended.Should().Equal("before", "behind");
    }

    [Fact]
    public async Task A_full_store_after_an_attempt_of_unknown_outcome_is_reported_as_unavailable()
    {
        var attempts = 0;
        _log.Answer = _ => new WsmqException(attempts++ == 0 ? WsmqErrors.StoreUnavailable : WsmqErrors.StoreFull);
        _log.Gate.SetResult();

        var send = Send("x");
        await ForwardUntilAsync("the lane has failed the send", send);

        await ShouldFailAsync(send, WsmqErrors.StoreUnavailable);
    }

    private sealed class ScriptedLog : ScriptedLogBase
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Appended { get; } = [];

        public Func<IReadOnlyList<AppendRequest>, Exception?> Answer { get; set; } = _ => null;

        public override async Task<AppendResult[]> AppendAsync(IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
        {
            Appended.AddRange(batch.Select(r => r.Id));
            await Gate.Task;
            return Answer(batch) is { } failure ? throw failure : [.. batch.Select((_, i) => new AppendResult(new WsmqPosition(i + 1), false))];
        }
    }
}
