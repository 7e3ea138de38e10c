using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>The calls of workers that use SignalR alone; one derived class for each store.</summary>
public abstract class HubWorkerContract
{
    private const string Queue = "work:thumbnails";
    private static readonly WsmqAddress Address = WsmqAddress.Parse(Queue);

    private readonly ConcurrentQueue<WsmqJobDelivery> _jobs = new();
    private readonly ConcurrentQueue<int> _together = new();
    private readonly ConcurrentQueue<string> _handBacks = new();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_connection_holds_at_most_as_many_jobs_as_it_has_credit_for()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await SendAsync(node, 5);
        (await AskAsync(worker, 2)).Credit.Should().Be(2);

        await GivenAsync(2);
        await CallAsync(worker, "Complete", _jobs.First());
        await GivenAsync(3);
        await AskAsync(worker, 0);
        await CallAsync(worker, "Complete", _jobs.ElementAt(1));
        await CallAsync(worker, "Complete", _jobs.ElementAt(2));
        await Eventually.That("three are done", async () => await InfoAsync(node) is { Totals.Completed: 3, Ready: 2, Leased: 0 });

        _jobs.Select(j => j.Message.Body.ToString()).Should().Equal("0", "1", "2");
        await AskAsync(worker, 9);
        await GivenAsync(5);
    }

    [Fact]
    public async Task The_credit_of_all_queues_of_a_connection_is_bounded()
    {
        await using var node = await StartAsync(o => o.Delivery.MaxInFlightMessagesPerConnection = 10);
        await using var worker = await WorkerAsync(node);

        (await AskAsync(worker, 8)).Credit.Should().Be(8);
        (await worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", "work:other", 8)).Credit.Should().Be(2);
        (await AskAsync(worker, 100)).Credit.Should().Be(8);
    }

    [Fact]
    public async Task A_job_given_again_has_another_token_and_the_old_one_changes_nothing()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await HoldAsync(node, worker, 1);
        var old = _jobs.First();
        await CallAsync(worker, "Retry", old, new { delay = 0, counts = false, reason = "busy" });
        await GivenAsync(2);
        var current = _jobs.Last();

        foreach (var (method, more) in Ends)
            await RefusedAsync(WsmqErrors.LeaseLost, () => CallAsync(worker, method, old, more));

        current.Token.Should().NotBe(old.Token);
        (current.Attempt, current.LostLeases, current.Message.Position).Should().Be((1, 0, old.Message.Position));
        (await InfoAsync(node)).Leased.Should().Be(1);
        await CallAsync(worker, "Extend", current);
        await CallAsync(worker, "Reject", current, "no such file");
        var dead = await node.Services.GetRequiredService<IStore>().Jobs.ListAsync(Address, JobState.Dead, 0, 9, withContent: false, default);
        dead.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Text = "no such file", Consumer = "worker/default", DeadReason = DeadReason.Rejected });
    }

    [Fact]
    public async Task A_retry_with_a_reason_that_is_too_long_or_no_text_is_done_all_the_same()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await SendAsync(node, 1);
        await AskAsync(worker, 1);
        object?[] reasons = [new { stack = "…" }, new string('x', 20_000)];
        for (var i = 0; i < reasons.Length; i++)
        {
            await GivenAsync(i + 1);
            await CallAsync(worker, "Retry", _jobs.Last(), new { delay = 0, counts = false, reason = reasons[i] });
        }

        await GivenAsync(3);
        await CallAsync(worker, "Reject", _jobs.Last(), new string('y', 20_000));
        var dead = await node.Services.GetRequiredService<IStore>().Jobs.ListAsync(Address, JobState.Dead, 0, 9, withContent: false, default);
        dead.Should().ContainSingle().Which.Text.Should().Be(new string('y', 256));
    }

    [Fact]
    public async Task A_job_may_be_ended_over_another_connection_that_has_not_asked_for_jobs()
    {
        await using var node = await StartAsync();
        var worker = await WorkerAsync(node);
        await HoldAsync(node, worker, 1);
        await worker.DisposeAsync();
        await using var next = await WorkerAsync(node);
        await CallAsync(next, "Extend", _jobs.First());
        await CallAsync(next, "Complete", _jobs.First());

        (await InfoAsync(node)).Totals.Completed.Should().Be(1);
    }

    [Fact]
    public async Task Malformed_arguments_and_strangers_are_refused_with_a_code()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await using var stranger = await PlainClient.ConnectAsync(node, WorkersOnly.Stranger);
        await HoldAsync(node, worker, 1);
        var (position, token) = (_jobs.First().Message.Position, _jobs.First().Token);

        foreach (var credit in new object?[] { -1, 1.5, "1", null, long.MaxValue, new { } })
            await RefusedAsync(WsmqErrors.InvalidMessage, () => worker.Connection.InvokeAsync("Work", Queue, credit));
        foreach (var (method, more) in Ends)
        {
            Task CallAs(PlainClient client, params object?[] arguments) => client.Connection.InvokeCoreAsync(method, typeof(object), [.. arguments, .. more]);
            await RefusedAsync(WsmqErrors.UnknownQueue, () => CallAs(worker, "work:unknown", position, token));
            await RefusedAsync(WsmqErrors.UnknownQueue, () => CallAs(worker, "user:worker", position, token));
            await RefusedAsync(WsmqErrors.InvalidAddress, () => CallAs(worker, 7, position, token));
            await RefusedAsync(WsmqErrors.InvalidPosition, () => CallAs(worker, Queue, "1", token));
            foreach (var malformed in new object?[] { "", "00", token.ToUpperInvariant() + "0", 5, null })
                await RefusedAsync(WsmqErrors.InvalidMessage, () => CallAs(worker, Queue, position, malformed));
            await RefusedAsync(WsmqErrors.WorkNotAllowed, () => CallAs(stranger, Queue, position, token));
        }

        foreach (var retry in new object?[] { 5, "x", new { delay = -1 }, new { delay = 1.5 }, new { counts = 1 } })
            await RefusedAsync(WsmqErrors.InvalidMessage, () => worker.Connection.InvokeAsync("Retry", Queue, position, token, retry));
        await RefusedAsync(WsmqErrors.WorkNotAllowed, () => AskAsync(stranger, 1));
        await RefusedAsync(WsmqErrors.UnknownQueue, () => worker.Connection.InvokeAsync("Work", "work:unknown", 1));
        await CallAsync(worker, "Complete", _jobs.First());
    }

    [Fact]
    public async Task A_pause_gives_out_no_job_and_asks_to_hand_back_those_that_have_not_begun()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await SendAsync(node, 3);
        await AskAsync(worker, 2);
        await GivenAsync(2);
        await node.Services.GetRequiredService<IStore>().Jobs.PauseAsync(Address, paused: true, default);

        await Eventually.That("the worker is asked to hand back", () => _handBacks.Contains(Queue));
        foreach (var job in _jobs)
            await CallAsync(worker, "HandBack", job);
        (await InfoAsync(node)).Should().BeEquivalentTo(new { Ready = 3, Leased = 0 });
        _jobs.Should().HaveCount(2);
        _handBacks.Should().HaveCount(1);
        await node.Services.GetRequiredService<IStore>().Jobs.PauseAsync(Address, paused: false, default);
        await GivenAsync(4);
        _jobs.Skip(2).Select(j => (j.Message.Body.ToString(), j.Attempt)).Should().Equal(("0", 1), ("1", 1));
    }

    [Fact]
    public async Task A_node_that_stops_gives_out_no_job_and_asks_to_hand_back()
    {
        await using var node = await StartAsync(o => o.Drain.Timeout = TimeSpan.FromSeconds(60));
        await using var worker = await WorkerAsync(node);
        await SendAsync(node, 3);
        await AskAsync(worker, 1);
        await GivenAsync(1);
        // The drain blocks its caller.
        var stop = Task.Run(async () => await node.DisposeAsync());

        await Eventually.That("the worker is asked to hand back", () => _handBacks.Contains(Queue));
        await CallAsync(worker, "Complete", _jobs.First());
        (await InfoAsync(node)).Should().BeEquivalentTo(new { Ready = 2, Leased = 0 });
        await worker.DisposeAsync();
        await stop;
        _jobs.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_worker_with_batch_true_gets_several_jobs_in_one_call_and_a_single_one_as_Job()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(new UriBuilder(node.Hub) { Query = "batch=true" }.Uri);
        await HoldAsync(node, worker, 3);
        _together.Should().Equal(3);

        await CallAsync(worker, "Complete", _jobs.First());
        await SendAsync(node, 1);
        await GivenAsync(4);
        _together.Should().Equal([3], "a single job is given with Job");
    }

    [Fact]
    public async Task Several_jobs_are_completed_in_one_call_each_with_a_result_of_its_own()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await HoldAsync(node, worker, 3);
        WsmqJobLease[] held = [.. _jobs.Select(j => new WsmqJobLease(j.Message.Position!, j.Token!))];

        WsmqJobLease[][] malformed = [[held[0], held[1] with { Position = "1" }], [held[0], held[1] with { Token = "x" }], [.. Enumerable.Repeat(held[0], 1_025)]];
        foreach (var jobs in malformed)
            WsmqError.Find((await FluentActions.Awaiting(() => CompleteAsync(worker, jobs)).Should().ThrowAsync<HubException>()).Which.Message).Should().NotBeNull();
        (await InfoAsync(node)).Leased.Should().Be(3);

        var results = await CompleteAsync(worker, [held[2], held[0] with { Token = new string('0', 16) }, held[0], held[0]]);

        results.Select(WsmqError.Find).Should().Equal(null, WsmqErrors.LeaseLost, null, WsmqErrors.LeaseLost);
        (await InfoAsync(node)).Should().BeEquivalentTo(new { Leased = 1, Totals = new { Completed = 2 } });
        (await CompleteAsync(worker, [])).Should().BeEmpty();
    }

    [Fact]
    public async Task A_worker_that_says_nothing_of_a_lost_lease_gets_other_jobs_nevertheless()
    {
        await using var node = await StartAsync(queue: q => (q.Lease, q.MaxLostLeases) = (TimeSpan.FromSeconds(1), 1));
        await using var worker = await WorkerAsync(node);
        await SendAsync(node, 2);
        await AskAsync(worker, 1);

        await GivenAsync(2);
        await Eventually.That("both are dead letters", async () => (await InfoAsync(node)).Dead == 2);
    }

    [Fact]
    public async Task A_job_whose_lease_ran_out_without_a_word_is_given_to_the_same_worker_only_when_it_is_heard_again()
    {
        await using var node = await StartAsync(queue: q => (q.Lease, q.MinBackoff) = (TimeSpan.FromSeconds(2), TimeSpan.Zero));
        await using var worker = await WorkerAsync(node);
        await HoldAsync(node, worker, 1);
        await Eventually.That("the lease is lost", async () => await InfoAsync(node) is { Totals.LostLeases: 1, Ready: 1 });

        await SendAsync(node, 1);
        await GivenAsync(2);
        await CallAsync(worker, "Complete", _jobs.Last());
        await GivenAsync(3);
        await CallAsync(worker, "Complete", _jobs.Last());

        _jobs.Select(j => j.LostLeases).Should().Equal(0, 0, 1);
        _jobs.Last().Message.Position.Should().Be(_jobs.First().Message.Position);
    }

    private static (string Method, object?[] More)[] Ends =>
        [("Complete", []), ("Retry", [null]), ("Reject", ["no"]), ("HandBack", []), ("Extend", [])];

    private static Task<WsmqWorkGrant> AskAsync(PlainClient worker, int credit) =>
        worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", Queue, credit);

    private static Task<string?[]> CompleteAsync(PlainClient worker, WsmqJobLease[] jobs) =>
        worker.Connection.InvokeAsync<string?[]>("CompleteMany", Queue, jobs);

    private static Task CallAsync(PlainClient worker, string method, WsmqJobDelivery job, params object?[] more) =>
        worker.Connection.InvokeCoreAsync(method, typeof(object), [job.Message.Source, job.Message.Position, job.Token, .. more]);

    private static Task<QueueInfo> InfoAsync(TestNode node) => node.Services.GetRequiredService<IStore>().Jobs.InfoAsync(Address, default);

    private static async Task RefusedAsync(WsmqError error, Func<Task> call) =>
        WsmqError.Find((await call.Should().ThrowAsync<HubException>()).Which.Message).Should().Be(error);

    [Fact]
    public async Task A_job_with_a_place_in_a_sequence_is_given_once_and_a_refusal_uses_its_number_up()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await using var ann = await PlainClient.ConnectAsync(node, "ann");
        string?[] codes = [null, "invalid-message", null];

        var first = await SendAsync(Place(1), Place(2, key: "a\u0001"), Place(3));
        var again = await SendAsync(Place(1), Place(2), Place(3), Place(5), Place(1, to: "work:unknown"), Place(2, to: "work:unknown"), Place(4));
        await AskAsync(worker, 9);
        await GivenAsync(3);

        first.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(codes);
        again.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(
            [.. codes, "out-of-sequence", "unknown-queue", "unknown-queue", null]);
        again.Select(r => r.Duplicate).Should().Equal(true, false, true, false, false, false, false);
        (again[0].Position, again[2].Position).Should().Be((first[0].Position, first[2].Position));
        again[3].Error.Should().EndWith("(the last number known is 3)");
        _jobs.Select(j => (j.Message.Id, j.Message.Body.ToString())).Should().Equal(("p-1-1", "1"), ("p-1-3", "3"), ("p-1-4", "4"));

        Task<WsmqItemResult[]> SendAsync(params object[] messages) => ann.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", messages);

        static object Place(int seq, string to = Queue, string? key = null) => new { to, producer = "p", epoch = 1, seq, body = seq, key };
    }

    private static async Task SendAsync(TestNode node, int count)
    {
        for (var i = 0; i < count; i++)
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = Queue, Body = WsmqJsonBody.Parse($"{i}") });
    }

    // The jobs are the first ones of the test.
    private async Task HoldAsync(TestNode node, PlainClient worker, int jobs)
    {
        await SendAsync(node, jobs);
        await AskAsync(worker, jobs);
        await GivenAsync(jobs);
    }

    private Task GivenAsync(int jobs) => Eventually.That($"{jobs} jobs are given", () => _jobs.Count >= jobs);

    private Task<PlainClient> WorkerAsync(TestNode node) => WorkerAsync(node.Hub);

    private async Task<PlainClient> WorkerAsync(Uri hub)
    {
        var client = PlainClient.Create(hub, TestTokens.For(WorkersOnly.Worker));
        client.Connection.On<WsmqJobDelivery>("Job", _jobs.Enqueue);
        client.Connection.On<WsmqJobDelivery[]>("JobMany", jobs =>
        {
            _together.Enqueue(jobs.Length);
            Array.ForEach(jobs, _jobs.Enqueue);
        });
        client.Connection.On<string>("HandBackJobs", _handBacks.Enqueue);
        await client.Connection.StartAsync();
        return client;
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions>? options = null, Action<WsmqQueueOptions>? queue = null) => TestNode.StartAsync(
        builder =>
        {
            UseStore(builder);
            builder.Services.AddSingleton<IWsmqAuthorizer>(new WorkersOnly());
            builder.AddQueue(Address.Name, q => queue?.Invoke(q)).AddQueue("other");
        },
        o =>
        {
            o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(200);
            options?.Invoke(o);
        });
}
