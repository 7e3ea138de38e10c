using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>Several append calls under way: what the store is asked, in which order, and what the senders hear.</summary>
public sealed class AppendPipelineTests : IAsyncLifetime
{
    private readonly GatedLog _log = new();
    private PublishLane _lane = null!;

    public Task InitializeAsync()
    {
        _lane = new PublishLane(0, _log, new WsmqOptions(), TimeProvider.System, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
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
        await Eventually.That($"{id} is on its way", () => _log.Calls.Count > calls);
        return send;
    }

    [Fact]
    public async Task A_call_does_not_wait_for_the_answer_to_the_one_before_and_says_so()
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
    public async Task Behind_the_most_calls_under_way_sends_wait_and_leave_together()
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
    public async Task Behind_a_batch_of_sixteen_no_third_call_begins()
    {
        for (var i = 0; _log.Calls.Count < 4; i++)
            await SendInACallOfItsOwnAsync($"{i}");
        var sends = Enumerable.Range(0, 16).Select(i => Send($"w{i}")).ToList();
        _log.Calls[0].Succeed();
        await Eventually.That("they leave together", () => _log.Calls.Count == 5);

        // Two are under way: one of a single message, and the large one.
        _log.Calls[1].Succeed();
        _log.Calls[2].Succeed();
        for (var i = 0; i < 50; i++)
        {
            sends.Add(Send($"x{i}"));
            await Task.Yield();
        }

        _log.Calls.Should().HaveCount(5);
        _log.Calls[3].Succeed();
        await Eventually.That("what came meanwhile leaves together", () => _log.Calls.Count == 6);
        _log.Calls[5].Ids.Should().HaveCount(50);
        _log.AnswerTheRest();
        await Task.WhenAll(sends);
    }

    [Fact]
    public async Task After_a_failure_all_that_was_under_way_is_repeated_in_order_and_in_one_call_at_a_time()
    {
        var sends = new[] { await SendInACallOfItsOwnAsync("1"), await SendInACallOfItsOwnAsync("2"), await SendInACallOfItsOwnAsync("3") };
        // The store refuses what follows a call that was not carried out.
        _log.Calls[0].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls[1].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls.Should().HaveCount(3, "not before all are answered");
        _log.Calls[2].Fail(WsmqErrors.StoreUnavailable);

        await Eventually.That("they are repeated", () => _log.Calls.Count == 4);
        (_log.Calls[3].Follows, string.Concat(_log.Calls[3].Ids)).Should().Be((false, "123"));
        _log.Calls[3].Succeed();
        (await Task.WhenAll(sends)).Select(r => r.Id).Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task What_a_later_call_has_stored_is_not_repeated()
    {
        var first = await SendInACallOfItsOwnAsync("1");
        var second = await SendInACallOfItsOwnAsync("2");
        // The answer to the first was lost on its way.
        _log.Calls[0].Fail(WsmqErrors.StoreUnavailable);
        _log.Calls[1].Succeed();

        (await second).Duplicate.Should().BeFalse();
        await Eventually.That("the first is repeated", () => _log.Calls.Count == 3);
        _log.Calls[2].Ids.Should().Equal("1");
        _log.Calls[2].Succeed();
        await first;
    }

    [Fact]
    public async Task A_full_store_fails_its_own_call_and_not_what_is_under_way_behind_it()
    {
        var first = await SendInACallOfItsOwnAsync("1");
        var second = await SendInACallOfItsOwnAsync("2");
        _log.Calls[0].Fail(WsmqErrors.StoreFull);
        _log.Calls[1].Fail(WsmqErrors.StoreUnavailable);

        (await FluentActions.Awaiting(() => first).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreFull);
        await Eventually.That("the second is repeated", () => _log.Calls.Count == 3);
        _log.Calls[2].Succeed();
        (await second).Id.Should().Be("2");
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
            int lane, IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
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

        public void Fail(WsmqError error) => _answer.TrySetException(new WsmqException(error));
    }
}
