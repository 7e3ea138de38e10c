using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client.Managing;

/// <summary>Which calls of <see cref="WsmqClient.Queues"/> are repeated, and how they end, on a scripted server.</summary>
public sealed class HubQueuesTests : ClientTest
{
    private const string Queue = "jobs";
    private static readonly WsmqPosition Job = new(17);

    private IWsmqQueues Queues => Client.Queues;

    private IEnumerable<string> Methods => Script.QueueCalls.Select(c => c.Method);

    [Fact]
    public async Task Calls_that_have_no_further_effect_when_they_are_made_twice_are_repeated_after_a_lost_connection()
    {
        Script.OnQueueCall = (method, context) => Methods.Count(m => m == method) == 1 ? LoseAsync(context) : Task.FromResult(AnswerTo(method));
        await Client.StartAsync();

        (await Queues.ListAsync()).Should().BeEmpty();
        (await Queues.InfoAsync(Queue)).Ready.Should().Be(7);
        (await Queues.PeekAsync(Queue, WsmqJobState.Dead)).Should().BeEmpty();
        (await Queues.FindAsync(Queue, Job)).Should().BeNull();
        (await Queues.CancelAsync(Queue, Job)).Should().BeTrue();
        await Queues.PauseAsync(Queue);
        await Queues.ResumeAsync(Queue);

        string[] once = ["ListQueues", "QueueInfo", "PeekJobs", "FindJob", "CancelJob", "PauseQueue", "ResumeQueue"];
        Methods.Should().Equal(once.SelectMany(m => new[] { m, m }));
        Script.QueueCalls.Where(c => c.Arguments.Length > 0).Should().OnlyContain(c => (string?)c.Arguments[0] == "work:jobs");
    }

    [Fact]
    public async Task Calls_that_could_do_more_when_they_are_made_twice_are_made_once_and_the_outcome_is_unknown()
    {
        Script.OnQueueCall = (_, context) => LoseAsync(context);
        await Client.StartAsync();
        Func<Task>[] calls =
        [
            () => Queues.CancelAsync(Queue, "u"), () => Queues.PurgeAsync(Queue), () => Queues.DeleteAsync(Queue), () => Queues.RedriveAsync(Queue),
            () => Queues.RemoveDeadLettersAsync(Queue),
        ];

        foreach (var call in calls)
            (await FailureOf(call())).Error.Should().Be(WsmqErrors.OutcomeUnknown);
        Methods.Should().Equal("CancelUnique", "PurgeQueue", "DeleteQueue", "RedriveDeadLetters", "RemoveDeadLetters");
    }

    [Fact]
    public async Task Later_steps_of_a_change_are_repeated_from_the_same_place()
    {
        Script.OnQueueCall = (_, context) => Script.QueueCalls.Count switch
        {
            1 => Task.FromResult<object?>(new WsmqQueueStep(200, "a")),
            2 => LoseAsync(context),
            3 => throw Refusal(WsmqErrors.StoreUnavailable),
            4 => Task.FromResult<object?>(new WsmqQueueStep(0, "b")),
            _ => Task.FromResult<object?>(new WsmqQueueStep(3, null)),
        };
        await Client.StartAsync();

        (await Queues.PurgeAsync(Queue, WsmqJobState.Delayed)).Should().Be(203);

        Methods.Should().OnlyContain(m => m == "PurgeQueue");
        Script.QueueCalls.Select(c => c.Arguments[1]).Should().OnlyContain(s => (string?)s == "delayed");
        Script.QueueCalls.Select(c => c.Arguments[2]).Should().Equal([null, "a", "a", "a", "b"]);
    }

    [Fact]
    public async Task A_temporary_refusal_is_repeated_where_the_call_may_be_and_is_otherwise_the_error()
    {
        Script.OnQueueCall = (method, _) =>
            Methods.Count(m => m == method) == 1 ? throw Refusal(WsmqErrors.StoreUnavailable) : Task.FromResult(AnswerTo(method));
        await Client.StartAsync();

        (await Queues.InfoAsync(Queue)).Ready.Should().Be(7);
        (await FailureOf(Queues.CancelAsync(Queue, "u"))).Error.Should().Be(WsmqErrors.StoreUnavailable);
        Methods.Should().Equal("QueueInfo", "QueueInfo", "CancelUnique");
    }

    [Fact]
    public async Task A_refusal_that_a_repeat_would_not_change_is_the_error_at_once()
    {
        var refusals = new Queue<HubException>([Refusal(WsmqErrors.ManageNotAllowed), Refusal(WsmqErrors.StoreCorrupt), new HubException("no code")]);
        Script.OnQueueCall = (_, _) => throw refusals.Dequeue();
        await Client.StartAsync();

        (await FailureOf(Queues.InfoAsync(Queue))).Error.Should().Be(WsmqErrors.ManageNotAllowed);
        (await FailureOf(Queues.PauseAsync(Queue))).Error.Should().Be(WsmqErrors.StoreCorrupt);
        (await FailureOf(Queues.ListAsync())).Error.Should().Be(WsmqErrors.OutcomeUnknown);
        Script.QueueCalls.Should().HaveCount(3);
        Errors.Should().BeEmpty("the caller gets the error");
    }

    [Fact]
    public async Task Arguments_that_no_queue_can_have_are_refused_without_a_call()
    {
        foreach (var call in new Func<Task>[] { () => Queues.InfoAsync(" x"), () => Queues.PurgeAsync(" x"), () => Queues.CancelAsync(" x", "u") })
            (await FailureOf(call)).Error.Should().Be(WsmqErrors.InvalidName);
        await Queues.Awaiting(q => q.CancelAsync(Queue, "")).Should().ThrowAsync<ArgumentException>();
        await Queues.Awaiting(q => q.PeekAsync(Queue, WsmqJobState.Ready, max: 1_001)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Queues.Awaiting(q => q.PurgeAsync(Queue, WsmqJobState.Leased)).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task A_peek_reads_pages_until_it_has_enough_and_goes_on_after_a_short_one_only_with_messages()
    {
        var lengths = new Queue<int>([200, 200, 50, 30, 3, 30, 0]);
        var job = new WsmqJobInfo { Position = Job, State = WsmqJobState.Ready, Time = DateTimeOffset.UnixEpoch };
        Script.OnQueueCall = (_, _) => Task.FromResult<object?>(Enumerable.Repeat(job, lengths.Dequeue()).ToArray());
        await Client.StartAsync();

        (await Queues.PeekAsync(Queue, WsmqJobState.Ready, skip: 5, max: 450)).Should().HaveCount(450);
        (await Queues.PeekAsync(Queue, WsmqJobState.Ready, max: 40)).Should().HaveCount(30);
        (await Queues.PeekAsync(Queue, WsmqJobState.Ready, max: 40, withMessages: true)).Should().HaveCount(33);

        Script.QueueCalls.Select(c => (WsmqJobQuery)c.Arguments[1]!).Select(q => (q.Skip, q.Max)).Should().Equal(
            (5, 200), (205, 200), (405, 50), (0, 40), (0, 40), (3, 37), (33, 7));
    }

    [Fact]
    public async Task A_call_before_the_start_waits_for_it_and_is_given_up_with_the_cause_if_it_never_comes()
    {
        Script.OnQueueCall = (method, _) => Task.FromResult(AnswerTo(method));
        var early = Queues.InfoAsync(Queue);
        await Client.StartAsync();
        (await early).Ready.Should().Be(7);

        var time = new FakeTimeProvider();
        await using var idle = new WsmqClient(Server.Url, o => o.TimeProvider = time);
        var call = idle.Queues.InfoAsync(Queue);
        time.Advance(TimeSpan.FromSeconds(31));

        var failure = await FailureOf(call);
        failure.Error.Should().Be(WsmqErrors.ClientClosed);
        failure.Message.Should().Contain("StartAsync was not called").And.Contain("SendTimeout");
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_with_an_unknown_outcome_or_the_last_refusal_at_the_timeout()
    {
        var (time, logs) = (new FakeTimeProvider(), new RecordedLogs());
        using var loggers = new LoggerFactory([logs], new LoggerFilterOptions { MinLevel = LogLevel.Debug });
        await using var client = new WsmqClient(Server.Url, o =>
        {
            (o.TimeProvider, o.LoggerFactory) = (time, loggers);
            o.SendBackoff.Min = o.SendBackoff.Max = TimeSpan.FromHours(1);
        });
        await client.StartAsync();
        Script.OnQueueCall = (_, _) => throw Refusal(WsmqErrors.StoreUnavailable);
        var refused = client.Queues.InfoAsync(Queue);
        await Eventually.That("the client waits for the next attempt", () => logs.All.Any(l => l.Contains("The call of QueueInfo", StringComparison.Ordinal)));
        Script.OnQueueCall = async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.ConnectionAborted);
            return null;
        };
        var unanswered = client.Queues.PauseAsync(Queue);
        await Eventually.That("the call has arrived", () => Methods.Contains("PauseQueue"));

        time.Advance(TimeSpan.FromSeconds(31));

        (await FailureOf(refused)).Error.Should().Be(WsmqErrors.StoreUnavailable);
        var failure = await FailureOf(unanswered);
        failure.Error.Should().Be(WsmqErrors.OutcomeUnknown);
        failure.Message.Should().Contain("SendTimeout");
    }

    [Fact]
    public async Task A_stop_waits_for_the_answer_of_a_call_in_flight_and_refuses_those_that_wait_or_come_later()
    {
        var waiting = Queues.InfoAsync(Queue);
        await Client.StopAsync();
        (await FailureOf(waiting)).Error.Should().Be(WsmqErrors.ClientClosed);
        (await FailureOf(() => Queues.InfoAsync(Queue))).Error.Should().Be(WsmqErrors.ClientClosed);

        var answer = new TaskCompletionSource<object?>();
        Script.OnQueueCall = (_, _) => answer.Task;
        await using var client = new WsmqClient(Server.Url, o => o.StopTimeout = TimeSpan.FromMinutes(1));
        await client.StartAsync();
        var inFlight = client.Queues.PurgeAsync(Queue);
        await Eventually.That("the call has arrived", () => !Script.QueueCalls.IsEmpty);
        var stop = client.StopAsync();
        stop.IsCompleted.Should().BeFalse();
        answer.SetResult(new WsmqQueueStep(5, null));

        await stop;
        (await inFlight).Should().Be(5);
    }

    [Fact]
    public async Task A_requested_reconnect_waits_for_the_answer_of_a_call_in_flight()
    {
        var answer = new TaskCompletionSource<object?>();
        Script.OnQueueCall = (_, _) => answer.Task;
        await using var client = new WsmqClient(Server.Url, o => o.StopTimeout = TimeSpan.FromMinutes(1));
        await client.StartAsync();
        var call = client.Queues.PurgeAsync(Queue);
        await Eventually.That("the call has arrived", () => !Script.QueueCalls.IsEmpty);
        await Server.Everyone.Reconnect(0);
        await Server.Everyone.StoreState(false);
        await Eventually.That("the reconnect request has arrived", () => !client.StoreAvailable);
        answer.SetResult(new WsmqQueueStep(5, null));

        (await call).Should().Be(5);
        await Eventually.That("the client has reconnected", () => Script.Accepted == 2);
        Script.QueueCalls.Should().ContainSingle();
    }

    [Fact]
    public async Task A_cancelled_call_ends_at_once_and_a_refused_start_is_the_error_of_the_calls_that_wait_for_it()
    {
        using var cancelled = new CancellationTokenSource();
        var call = Queues.InfoAsync(Queue, cancelled.Token);
        var waiting = Queues.ListAsync();
        await cancelled.CancelAsync();
        (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancelled.Token);

        Script.LetsIn = false;
        Script.OnConnected = _ => throw Refusal(WsmqErrors.Banned);
        await Client.Awaiting(c => c.StartAsync()).Should().ThrowAsync<WsmqException>();
        (await FailureOf(waiting)).Error.Should().Be(WsmqErrors.Banned);
    }

    private static HubException Refusal(WsmqError error) => new(new WsmqException(error).Message);

    private static async Task<object?> LoseAsync(HubCallerContext context)
    {
        context.Abort();
        await Task.Delay(Timeout.Infinite, context.ConnectionAborted);
        return null;
    }

    private static object? AnswerTo(string method) => method switch
    {
        "ListQueues" => Array.Empty<WsmqQueueInfo>(),
        "QueueInfo" => new WsmqQueueInfo { Queue = WsmqAddress.Work(Queue), Ready = 7 },
        "PeekJobs" => Array.Empty<WsmqJobInfo>(),
        "CancelJob" or "CancelUnique" => true,
        _ => null,
    };

    private static async Task<WsmqException> FailureOf(Task call) => (await call.Awaiting(c => c).Should().ThrowAsync<WsmqException>()).Which;

    private static async Task<WsmqException> FailureOf(Func<Task> call) => (await call.Should().ThrowAsync<WsmqException>()).Which;
}
