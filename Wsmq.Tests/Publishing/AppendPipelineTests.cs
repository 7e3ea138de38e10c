using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>Several append calls in flight: which calls the store receives, in which order, and what the senders get.</summary>
public sealed class AppendPipelineTests : IAsyncLifetime
{
    private readonly GatedLog _log = new();
    private PublishLane _lane = null!;

    public Task InitializeAsync()
    {
        _lane = new PublishLane(_log, new WsmqOptions(), new ServerTurns(TimeProvider.System), TimeProvider.System, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _log.AnswerTheRest();
        await _lane.StopAsync();
    }

    private Task<WsmqReceipt> Send(string id)
    {
        var send = new AwaitedSend(new AppendRequest(WsmqAddress.User("bob"), "app", id, "m"u8.ToArray(), "1"u8.ToArray()));
        _lane.Enqueue(send);
        return send.Receipt;
    }

    private async Task<Task<WsmqReceipt>> SendInACallOfItsOwnAsync(string id)
    {
        var calls = _log.Calls.Count;
        var send = Send(id);
        await Eventually.That($"{id} is in flight", () => _log.Calls.Count > calls);
        return send;
    }

    [Fact]
    public async Task A_call_does_not_wait_for_the_previous_one_and_is_marked_as_following_it()
    {
        var first = await SendInACallOfItsOwnAsync("1");
        var second = await SendInACallOfItsOwnAsync("2");

        _log.Calls.Select(c => c.Follows).Should().Equal(false, true);
        _log.Calls[0].Succeed();
        _log.Calls[1].Succeed();
        await Task.WhenAll(first, second);
        await SendInACallOfItsOwnAsync("3");
        _log.Calls[2].Follows.Should().BeFalse();
    }

    [Fact]
    public async Task Sends_beyond_the_maximum_of_calls_in_flight_wait_and_are_appended_together()
    {
        for (var i = 0; _log.Calls.Count < 4; i++)
            await SendInACallOfItsOwnAsync($"{i}");
        var waiting = Enumerable.Range(0, 20).Select(i => Send($"w{i}")).ToArray();
        _log.Calls[0].Succeed();
        await Eventually.That("the next call begins", () => _log.Calls.Count == 5);
        _log.AnswerTheRest();
        await Task.WhenAll(waiting);
        _log.Calls[4].Ids.Should().Equal(waiting.Select((_, i) => $"w{i}"));
    }

    [Fact]
    public async Task After_a_batch_of_sixteen_at_most_one_call_is_in_flight()
    {
        for (var i = 0; _log.Calls.Count < 4; i++)
            await SendInACallOfItsOwnAsync($"{i}");
        var sends = Enumerable.Range(0, 16).Select(i => Send($"w{i}")).ToList();
        _log.Calls[0].Succeed();
        await Eventually.That("they are appended together", () => _log.Calls.Count == 5);

        // Only the large one is in flight.
        _log.Calls[1].Succeed();
        _log.Calls[2].Succeed();
        _log.Calls[3].Succeed();
        for (var i = 0; i < 50; i++)
        {
            sends.Add(Send($"x{i}"));
            await Task.Yield();
        }

        _log.Calls.Should().HaveCount(5);
        _log.Calls[4].Succeed();
        await Eventually.That("sends that arrived meanwhile are appended together", () => _log.Calls.Count == 6);
        _log.Calls[5].Ids.Should().HaveCount(50);
        _log.AnswerTheRest();
        await Task.WhenAll(sends);
    }

    [Fact]
    public async Task After_a_failure_all_calls_in_flight_are_retried_in_order_and_one_call_at_a_time()
    {
        var sends = new[] { await SendInACallOfItsOwnAsync("1"), await SendInACallOfItsOwnAsync("2"), await SendInACallOfItsOwnAsync("3") };
        // The store refuses every call that follows one that was not executed.
        _log.Calls[0].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls[1].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls.Should().HaveCount(3, "not before all are answered");
        _log.Calls[2].Fail(WsmqErrors.StoreUnavailable);

        await Eventually.That("they are retried", () => _log.Calls.Count == 4);
        (_log.Calls[3].Follows, string.Concat(_log.Calls[3].Ids)).Should().Be((false, "123"));
        _log.Calls[3].Succeed();
        (await Task.WhenAll(sends)).Select(r => r.Id).Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task A_message_stored_by_a_later_call_is_not_retried()
    {
        var first = await SendInACallOfItsOwnAsync("1");
        var second = await SendInACallOfItsOwnAsync("2");
        // The result of the first call was lost.
        _log.Calls[0].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls[1].Succeed();

        (await second).Duplicate.Should().BeFalse();
        await Eventually.That("the first is retried", () => _log.Calls.Count == 3);
        _log.Calls[2].Ids.Should().Equal("1");
        _log.Calls[2].Succeed();
        await first;
    }

    [Fact]
    public async Task A_full_store_fails_its_own_call_and_not_the_calls_in_flight_after_it()
    {
        var first = await SendInACallOfItsOwnAsync("1");
        var second = await SendInACallOfItsOwnAsync("2");
        _log.Calls[0].Fail(WsmqErrors.StoreFull);
        _log.Calls[1].Fail(WsmqErrors.StoreUnavailable);

        (await FluentActions.Awaiting(() => first).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreFull);
        await Eventually.That("the second is retried", () => _log.Calls.Count == 3);
        _log.Calls[2].Succeed();
        (await second).Id.Should().Be("2");
    }

    [Fact]
    public async Task A_numbered_message_that_was_repeated_here_is_stored_and_no_duplicate_to_its_sender()
    {
        var results = new PublishResults();
        results.Begin();
        var number = new MessageNumber(new Producer("user:ann", "p", 1, 256), 1);
        var request = new AppendRequest(WsmqAddress.User("bob"), "user:ann", "p-1", "m"u8.ToArray(), "1"u8.ToArray()) { Number = number };
        _lane.Enqueue(new NumberedSend(7, results, request));
        results.Complete();
        await Eventually.That("it is in flight", () => _log.Calls.Count == 1);
        _log.Calls[0].Fail(WsmqErrors.StoreUnavailable);
        await Eventually.That("it is repeated", () => _log.Calls.Count == 2);
        _log.Calls[1].WasStored();

        var all = await results.ReadAsync(default).ToArrayAsync();
        all.SelectMany(r => r).Should().ContainSingle().Which.Should().BeEquivalentTo(new WsmqItemResult { Number = 7, Id = "p-1" });
    }

    private sealed class GatedLog : ScriptedLogBase
    {
        private readonly ConcurrentQueue<Call> _calls = [];
        private volatile bool _open;

        public IReadOnlyList<Call> Calls => [.. _calls];

        public void AnswerTheRest()
        {
            _open = true;
            foreach (var call in _calls)
                call.Succeed();
        }

        public override Task<AppendResult[]> AppendAsync(
            IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
        {
            var call = new Call([.. batch.Select(r => r.Id)], follows);
            _calls.Enqueue(call);
            if (_open)
                call.Succeed();
            return call.Answer;
        }
    }

    private sealed class Call(string[] ids, bool follows)
    {
        private readonly TaskCompletionSource<AppendResult[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string[] Ids => ids;

        public bool Follows => follows;

        public Task<AppendResult[]> Answer => _answer.Task;

        public void Succeed() => _answer.TrySetResult([.. ids.Select((_, i) => new AppendResult(new WsmqPosition(i + 1), false))]);

        public void WasStored() => _answer.TrySetResult([.. ids.Select(_ => new AppendResult(WsmqPosition.Start, Duplicate: true))]);

        public void Fail(WsmqError error) => _answer.TrySetException(new WsmqException(error));
    }
}
