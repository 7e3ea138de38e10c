using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>
/// Progress, outcome and cancellation of jobs over the hub, for workers that use SignalR alone; one derived class for each store. Where the
/// store serves several nodes, each worker is on one of its own.
/// </summary>
public abstract class HubJobStatusContract
{
    private const string Queue = "work:thumbnails";

    private readonly ConcurrentQueue<(string Worker, WsmqJobDelivery Job)> _jobs = new();
    private readonly ConcurrentQueue<(string Worker, string Queue, string Position, string Token)> _cancelled = new();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    /// <summary>Whether several nodes can use the store.</summary>
    private protected abstract bool HasNodes { get; }

    [Fact]
    public async Task Progress_of_any_kind_is_stored_and_given_with_the_next_attempt_and_that_of_an_old_lease_is_refused()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        var receipt = await SendAsync(node, 1);
        await AskAsync(worker, 1);
        var first = await GivenAsync(1);
        foreach (var progress in new object?[] { 7, "é", null, new { done = 5, file = new[] { "a" } } })
            await ReportAsync(worker, first, progress);
        var running = await StatusAsync(manager, receipt.Position);
        await CallAsync(worker, "Retry", first, new { delay = 0 });
        var second = await GivenAsync(2);
        await RefusedAsync(WsmqErrors.LeaseLost, () => ReportAsync(worker, first, 9));
        await CallAsync(worker, "Reject", second, "no such file");
        var ended = await StatusAsync(manager, receipt.Position);

        first.Progress.Should().BeNull();
        second.Progress!.Value.ToString().Should().Be("""{"done":5,"file":["a"]}""");
        running.GetProperty("ended").GetBoolean().Should().BeFalse();
        running.GetProperty("outcome").ValueKind.Should().Be(JsonValueKind.Null);
        running.GetProperty("job").GetProperty("state").GetString().Should().Be("leased");
        running.GetProperty("job").GetProperty("worker").GetString().Should().Be("worker/default");
        running.GetProperty("job").GetProperty("progress").GetRawText().Should().Be("""{"done":5,"file":["a"]}""");
        ended.GetProperty("ended").GetBoolean().Should().BeTrue();
        ended.GetProperty("job").GetProperty("deadReason").GetString().Should().Be("rejected");
        var outcome = ended.GetProperty("outcome");
        (outcome.GetProperty("end").GetString(), outcome.GetProperty("reason").GetString()).Should().Be(("rejected", "no such file"));
        outcome.GetProperty("progress").GetProperty("done").GetInt32().Should().Be(5);
        outcome.GetProperty("time").GetInt64().Should().BeGreaterThan(1_600_000_000_000);
        (await StatusAsync(manager, "9000000000000000")).GetRawText().Should().Be("""{"job":null,"outcome":null,"ended":false}""");
    }

    [Fact]
    public async Task Progress_that_is_too_large_and_strangers_are_refused_with_a_code_and_change_nothing()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkerAsync(node);
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        await SendAsync(node, 1);
        await AskAsync(worker, 1);
        var job = await GivenAsync(1);
        var largest = new string('x', WsmqJob.MaxProgressBytes - 2);
        await ReportAsync(worker, job, largest);

        await RefusedAsync(WsmqErrors.InvalidMessage, () => ReportAsync(worker, job, largest + "x"));
        await RefusedAsync(WsmqErrors.InvalidMessage, () => ReportAsync(worker, job, new string('x', 100_000)));
        await RefusedAsync(WsmqErrors.InvalidMessage, () => ReportAsync(worker, job with { Token = "x" }, 1));
        await RefusedAsync(WsmqErrors.WorkNotAllowed, () => ReportAsync(manager, job, 1));
        await RefusedAsync(WsmqErrors.ManageNotAllowed, () => StatusAsync(worker, job.Message.Position));
        (await StatusAsync(manager, job.Message.Position)).GetProperty("job").GetProperty("progress").GetString().Should().Be(largest);
    }

    [Fact]
    public async Task A_worker_is_told_at_once_that_its_job_was_cancelled_and_gets_another_one()
    {
        await using var node = await StartAsync();
        await using var other = await OtherNodeAsync();
        await using var worker = await WorkerAsync(node);
        await using var manager = await PlainClient.ConnectAsync(other ?? node, "manager");
        await SendAsync(node, 2);
        await AskAsync(worker, 1);
        var job = await GivenAsync(1);
        (await manager.Connection.InvokeAsync<bool>("CancelJob", Queue, job.Message.Position)).Should().BeTrue();

        // It has said nothing of the first job.
        await GivenAsync(2);
        _cancelled.Should().Equal(("worker", Queue, job.Message.Position, job.Token));
        foreach (var (method, more) in new (string, object?[])[] { ("Complete", []), ("Extend", []), ("ReportProgress", [1]) })
            await RefusedAsync(WsmqErrors.LeaseLost, () => CallAsync(worker, method, job, more));
    }

    [Fact]
    public async Task A_worker_that_has_reconnected_to_another_node_is_told_there_although_it_has_asked_for_no_job_yet()
    {
        await using var node = await StartAsync();
        await using var other = await OtherNodeAsync();
        var worker = await WorkerAsync(node);
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        await SendAsync(node, 1);
        await AskAsync(worker, 1);
        var job = await GivenAsync(1);
        await worker.DisposeAsync();
        await using var again = await WorkerAsync(other ?? node, "again");
        await CallAsync(again, "Extend", job);
        (await manager.Connection.InvokeAsync<bool>("CancelJob", Queue, job.Message.Position)).Should().BeTrue();

        await Eventually.That("it is told", () => !_cancelled.IsEmpty);
        _cancelled.Should().Equal(("again", Queue, job.Message.Position, job.Token));
    }

    [Fact]
    public async Task Of_a_deleted_queue_each_worker_is_told_of_its_own_jobs_only()
    {
        await using var node = await StartAsync();
        await using var other = await OtherNodeAsync();
        await using var one = await WorkerAsync(node, "one");
        await using var two = await WorkerAsync(other ?? node, "two");
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        await SendAsync(node, 5);
        await AskAsync(one, 2);
        await GivenAsync(2);
        await AskAsync(two, 2);
        await GivenAsync(4);
        (await manager.Connection.InvokeAsync<WsmqQueueStep>("DeleteQueue", Queue, null)).Count.Should().Be(5);

        await Eventually.That("both are told", () => _cancelled.Count >= 4);
        _cancelled.Should().BeEquivalentTo(_jobs.Select(j => (j.Worker, Queue, j.Job.Message.Position, j.Job.Token)));
    }

    private static Task<WsmqWorkGrant> AskAsync(PlainClient worker, int credit) => worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", Queue, credit);

    private static Task<JsonElement> StatusAsync(PlainClient client, string position) =>
        client.Connection.InvokeAsync<JsonElement>("JobStatus", Queue, position);

    private static Task ReportAsync(PlainClient worker, WsmqJobDelivery job, object? progress) => CallAsync(worker, "ReportProgress", job, [progress]);

    private static Task CallAsync(PlainClient worker, string method, WsmqJobDelivery job, params object?[] more) =>
        worker.Connection.InvokeCoreAsync(method, typeof(object), [Queue, job.Message.Position, job.Token, .. more]);

    private static async Task RefusedAsync(WsmqError error, Func<Task> call) =>
        WsmqError.Find((await call.Should().ThrowAsync<HubException>()).Which.Message).Should().Be(error);

    private static async Task<WsmqReceipt> SendAsync(TestNode node, int count)
    {
        WsmqReceipt? last = null;
        for (var i = 0; i < count; i++)
            last = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = Queue, Body = WsmqJsonBody.Parse($"{i}") });
        return last!;
    }

    private async Task<WsmqJobDelivery> GivenAsync(int jobs)
    {
        await Eventually.That($"{jobs} jobs are given", () => _jobs.Count >= jobs);
        return _jobs.ElementAt(jobs - 1).Job;
    }

    private async Task<PlainClient> WorkerAsync(TestNode node, string name = "worker")
    {
        var client = PlainClient.Create(node.Hub, TestTokens.For("worker"));
        client.Connection.On<WsmqJobDelivery>("Job", job => _jobs.Enqueue((name, job)));
        client.Connection.On<string, string, string>("JobCancelled", (queue, position, token) => _cancelled.Enqueue((name, queue, position, token)));
        await client.Connection.StartAsync();
        return client;
    }

    private async Task<TestNode?> OtherNodeAsync() => HasNodes ? await StartAsync() : null;

    // No lease is extended by itself here, and none runs out.
    private Task<TestNode> StartAsync() => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton<IWsmqAuthorizer>(new Roles());
        builder.AddQueue("thumbnails", q => q.Lease = TimeSpan.FromHours(1));
    });

    private sealed class Roles : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(caller.UserId == "worker");

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(caller.UserId == "manager");
    }
}

public sealed class SqliteHubJobStatusTests : HubJobStatusContract, IDisposable
{
    private readonly TempFolder _folder = new();

    private protected override bool HasNodes => false;

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisHubJobStatusTests(SharedRedis redis) : HubJobStatusContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override bool HasNodes => true;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
