using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>Several lanes of one server, and of several.</summary>
public sealed class LaneTurnsTests : IAsyncLifetime
{
    private const int Most = 4;

    private readonly FakeTimeProvider _time = new();
    private readonly ServerTurns _turns;
    private readonly List<(PublishLane Lane, GatedLog Log)> _lanes = [];

    public LaneTurnsTests() => _turns = new ServerTurns(_time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _lanes.ForEach(l => l.Log.Release());
        foreach (var (lane, _) in _lanes)
            await lane.StopAsync();
        _turns.Dispose();
    }

    [Fact]
    public async Task A_lane_that_waits_for_its_turn_gathers_messages()
    {
        var busy = await BusyAsync(port: 1);
        var (lane, log) = Add(port: 1);
        var sends = new List<Task<WsmqReceipt>> { Send(lane, 0) };

        // Without turns the lane would have called the server by now.
        var (other, otherLog) = Add(port: 2);
        for (var i = 1; i <= 10; i++)
        {
            _ = Send(other, i);
            await Eventually.That("the other server is called", () => !otherLog.Batches.IsEmpty);
            sends.Add(Send(lane, i));
        }

        log.Batches.Should().BeEmpty();
        busy.ForEach(l => l.Log.Gate.SetResult());

        await Eventually.That("the lane has its turn", () => !log.Batches.IsEmpty);
        log.Batches.Should().ContainSingle().Which.Should().Equal(sends.Select((_, i) => $"{i}"));
    }

    [Fact]
    public async Task A_lane_of_another_server_does_not_wait()
    {
        await BusyAsync(port: 1);
        var (lane, log) = Add(port: 2);

        _ = Send(lane, 0);

        await Eventually.That("the other server is called", () => log.Batches.Count == 1);
    }

    [Fact]
    public async Task A_lane_whose_server_is_not_known_does_not_wait()
    {
        await BusyAsync(port: 1);
        var (lane, log) = Add(port: null);

        _ = Send(lane, 0);

        await Eventually.That("the store is called", () => log.Batches.Count == 1);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_holds_up_a_lane_for_a_moment_only()
    {
        await BusyAsync(port: 1);
        var (lane, log) = Add(port: 1);

        _ = Send(lane, 0);

        await Eventually.That("the lane has its turn", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return log.Batches.Count == 1;
        });
    }

    [Fact]
    public async Task A_lane_that_has_to_repeat_gives_back_the_turn_that_it_waited_for()
    {
        var busy = await BusyAsync(port: 1);
        var (failing, failingLog) = busy[0];
        var (lane, log) = Add(port: 1);

        // It asks for its turn before the other lane: both messages go through the same server's queue of turns.
        var repeated = Send(failing, 1);
        await SettleAsync();
        _ = Send(lane, 0);
        await SettleAsync();

        failingLog.Gate.SetException(new WsmqException(WsmqErrors.StoreUnavailable));

        await Eventually.That("the other lane has its turn", () => log.Batches.Count == 1);
        repeated.IsCompleted.Should().BeFalse("it is still repeated");
    }

    // Other lanes run in the meantime: those that can take a turn have asked for it.
    private async Task SettleAsync()
    {
        var (other, otherLog) = Add(port: 2);
        for (var i = 0; i < 10; i++)
            _ = Send(other, i);
        await Eventually.That("another server is called", () => !otherLog.Batches.IsEmpty);
    }

    // Lanes with as many calls in flight as a server gets.
    private async Task<List<(PublishLane Lane, GatedLog Log)>> BusyAsync(int port)
    {
        var busy = Enumerable.Range(0, Most).Select(_ => Add(port)).ToList();
        foreach (var (lane, log) in busy)
        {
            _ = Send(lane, 0);
            await Eventually.That("the server is called", () => log.Batches.Count == 1);
        }

        return busy;
    }

    private (PublishLane Lane, GatedLog Log) Add(int? port)
    {
        var log = new GatedLog(port is { } known ? new IPEndPoint(IPAddress.Loopback, known) : null);
        var lane = new PublishLane(
            log, new WsmqOptions(), _turns, TimeProvider.System, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
        _lanes.Add((lane, log));
        return (lane, log);
    }

    private static Task<WsmqReceipt> Send(PublishLane lane, int id)
    {
        var send = new AwaitedSend(new AppendRequest(WsmqAddress.User("bob"), "app", $"{id}", "m"u8.ToArray(), "1"u8.ToArray()));
        lane.Enqueue(send);
        return send.Receipt;
    }

    private sealed class GatedLog(EndPoint? server) : ScriptedLogBase
    {
        public TaskCompletionSource Gate { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<List<string>> Batches { get; } = [];

        public override EndPoint? Server => server;

        public void Release()
        {
            if (!Gate.TrySetResult())
                (Gate = new TaskCompletionSource()).SetResult();
        }

        public override async Task<AppendResult[]> AppendAsync(
            IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
        {
            Batches.Enqueue([.. batch.Select(r => r.Id)]);
            await Gate.Task;
            return [.. batch.Select((_, i) => new AppendResult(new WsmqPosition(i + 1), false))];
        }
    }
}
