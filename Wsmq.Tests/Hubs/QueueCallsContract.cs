using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Declarations;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>Managing work queues over the hub, with a plain SignalR client; one derived class for each store.</summary>
public abstract class QueueCallsContract
{
    private const string Queue = "work:jobs";
    private static readonly QueueRules Rules = new WsmqQueueOptions().ToRules();

    /// <summary>Every method with valid arguments.</summary>
    private static readonly (string Method, object?[] Arguments)[] Calls =
    [
        ("QueueInfo", []), ("PeekJobs", [new { state = "ready" }]), ("FindJob", ["0000000000000001"]), ("JobStatus", ["0000000000000001"]), ("CancelJob", ["0000000000000001"]),
        ("CancelUnique", ["u"]), ("PurgeQueue", ["waiting", null]), ("DeleteQueue", [null]), ("PauseQueue", []), ("ResumeQueue", []),
        ("RedriveDeadLetters", [null, null]), ("RemoveDeadLetters", [new { }, null]),
    ];

    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_user_who_may_not_manage_a_queue_is_refused_by_every_method_and_sees_no_queue()
    {
        await using var node = await StartAsync();
        await using var eve = await PlainClient.ConnectAsync(node, "eve");

        foreach (var (method, arguments) in Calls)
            (await CodeAsync(eve, method, [Queue, .. arguments])).Should().Be("manage-not-allowed", method);
        (await eve.Connection.InvokeAsync<WsmqQueueInfo[]>("ListQueues")).Should().BeEmpty();
        (await node.Services.GetRequiredService<IWsmqQueues>().InfoAsync("jobs")).Ready.Should().Be(0);
    }

    [Fact]
    public async Task A_manager_sees_the_queues_that_the_authorizer_allows_and_an_undeclared_one_is_an_error()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");

        (await manager.Connection.InvokeAsync<WsmqQueueInfo[]>("ListQueues")).Select(i => i.Queue.ToString()).Should().Equal(Queue);
        foreach (var (method, arguments) in Calls)
        {
            (await CodeAsync(manager, method, [Queue, .. arguments])).Should().BeNull(method);
            (await CodeAsync(manager, method, ["work:undeclared", .. arguments])).Should().Be("unknown-queue", method);
            (await CodeAsync(manager, method, ["work:others", .. arguments])).Should().Be("manage-not-allowed", method);
            (await CodeAsync(manager, method, ["jobs", .. arguments])).Should().Be("invalid-address", method);
            (await CodeAsync(manager, method, [7, .. arguments])).Should().Be("invalid-address", method);
        }
    }

    [Fact]
    public async Task A_malformed_argument_is_refused_with_a_code_and_changes_nothing()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        await node.Publisher.SendAsync(Job("x"));
        var far = new string('9', 5_000);
        (string Method, object?[] Arguments, string Code)[] bad =
        [
            ("PeekJobs", [null], "invalid-message"), ("PeekJobs", ["ready"], "invalid-message"), ("PeekJobs", [new { state = "none" }], "invalid-message"),
            ("PeekJobs", [new { state = 1 }], "invalid-message"), ("PeekJobs", [new { state = "ready", max = 0 }], "invalid-message"),
            ("PeekJobs", [new { state = "ready", max = 201 }], "invalid-message"), ("PeekJobs", [new { state = "ready", skip = -1 }], "invalid-message"),
            ("PeekJobs", [new { state = "ready", max = "many" }], "invalid-message"), ("PeekJobs", [new { state = far }], "invalid-message"),
            ("FindJob", [""], "invalid-position"), ("FindJob", [1], "invalid-position"), ("JobStatus", [1], "invalid-position"), ("CancelJob", [null], "invalid-position"),
            ("CancelUnique", [""], "invalid-message"), ("CancelUnique", [1], "invalid-message"),
            ("PurgeQueue", [null, null], "invalid-message"), ("PurgeQueue", ["leased", null], "invalid-message"), ("PurgeQueue", [5, null], "invalid-message"),
            ("PurgeQueue", ["waiting", "x"], "invalid-message"), ("DeleteQueue", [far], "invalid-message"),
            ("RedriveDeadLetters", [new { reason = "none" }, null], "invalid-message"), ("RedriveDeadLetters", ["all", null], "invalid-message"),
            ("RemoveDeadLetters", [new { from = -1 }, null], "invalid-message"), ("RemoveDeadLetters", [new { until = "today" }, null], "invalid-message"),
            ("RemoveDeadLetters", [new[] { 1 }, null], "invalid-message"), ("RemoveDeadLetters", [new { type = far }, null], "invalid-message"),
        ];

        foreach (var (method, arguments, code) in bad)
            (await CodeAsync(manager, method, [Queue, .. arguments])).Should().Be(code, $"{method}({string.Join(", ", arguments)})");
        (await manager.Connection.InvokeAsync<WsmqQueueInfo>("QueueInfo", Queue)).Ready.Should().Be(1);
    }

    [Fact]
    public async Task A_manager_inspects_jobs_and_cancels_them()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        var one = await node.Publisher.SendAsync(Job("one") with { Key = "k", UniqueId = "u", Priority = WsmqJobPriority.Low, TimeToLive = TimeSpan.FromHours(1) });
        await node.Publisher.SendAsync(Job("two") with { UniqueId = "u2" });

        var ready = await manager.Connection.InvokeAsync<WsmqJobInfo[]>("PeekJobs", Queue, new { state = "ready", messages = true });
        var blind = await manager.Connection.InvokeAsync<WsmqJobInfo[]>("PeekJobs", Queue, new WsmqJobQuery { Skip = 1, Max = 1 });
        var found = await manager.Connection.InvokeAsync<WsmqJobInfo?>("FindJob", Queue, one.Position);

        ready.Select(j => j.Message!.Body.ToString()).Should().Equal("\"two\"", "\"one\"");
        blind.Should().ContainSingle().Which.Message.Should().BeNull();
        (found!.Key, found.UniqueId, found.Priority, found.State).Should().Be(("k", "u", WsmqJobPriority.Low, WsmqJobState.Ready));
        found.Expires.Should().BeCloseTo(DateTimeOffset.UtcNow.AddHours(1), TimeSpan.FromMinutes(20));
        (await manager.Connection.InvokeAsync<bool>("CancelJob", Queue, one.Position)).Should().BeTrue();
        (await manager.Connection.InvokeAsync<bool>("CancelJob", Queue, one.Position)).Should().BeFalse();
        (await manager.Connection.InvokeAsync<bool>("CancelUnique", Queue, "u2")).Should().BeTrue();
        (await manager.Connection.InvokeAsync<WsmqJobInfo?>("FindJob", Queue, one.Position)).Should().BeNull();
    }

    [Fact]
    public async Task Messages_are_returned_until_they_have_256_KiB()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        for (var i = 0; i < 5; i++)
            await node.Publisher.SendAsync(Job(new string('x', 100_000)));

        var all = new List<WsmqJobInfo>();
        for (var more = true; more;)
        {
            var jobs = await manager.Connection.InvokeAsync<WsmqJobInfo[]>("PeekJobs", Queue, new { state = "ready", messages = true, skip = all.Count });
            jobs.Length.Should().BeInRange(0, 3);
            all.AddRange(jobs);
            more = jobs.Length > 0;
        }

        all.Select(j => j.Position).Should().HaveCount(5).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Large_queues_are_purged_redriven_and_emptied_in_steps()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");
        await SendAsync(node, 1_200);
        await RejectAsync(node, 1_200);

        (await AllAsync(manager, "RedriveDeadLetters", Queue, new { type = "t", reason = "rejected" })).Should().Be(1_200);
        (await AllAsync(manager, "PurgeQueue", Queue, "delayed")).Should().Be(0);
        (await AllAsync(manager, "PurgeQueue", Queue, "waiting")).Should().Be(1_200);
        await SendAsync(node, 1_100);
        await RejectAsync(node, 600);
        (await AllAsync(manager, "RemoveDeadLetters", Queue, new { reason = "expired" })).Should().Be(0);
        (await AllAsync(manager, "RemoveDeadLetters", Queue, null)).Should().Be(600);
        await SendAsync(node, 2_000);
        (await AllAsync(manager, "DeleteQueue", Queue)).Should().Be(2_500);
        (await manager.Connection.InvokeAsync<WsmqQueueInfo>("QueueInfo", Queue)).Should().Be(
            new WsmqQueueInfo { Queue = WsmqAddress.Work("jobs"), Totals = new WsmqQueueTotals { Stored = 4_300, Removed = 4_300, DeadLettered = 1_800 } });
    }

    [Fact]
    public async Task A_pause_and_its_end_hold_for_the_queue()
    {
        await using var node = await StartAsync();
        await using var manager = await PlainClient.ConnectAsync(node, "manager");

        await manager.Connection.InvokeAsync("PauseQueue", Queue);
        (await manager.Connection.InvokeAsync<WsmqQueueInfo>("QueueInfo", Queue)).IsPaused.Should().BeTrue();
        await manager.Connection.InvokeAsync("ResumeQueue", Queue);
        (await manager.Connection.InvokeAsync<WsmqQueueInfo>("QueueInfo", Queue)).IsPaused.Should().BeFalse();
    }

    private static async Task<string?> CodeAsync(PlainClient client, string method, object?[] arguments)
    {
        try
        {
            await client.Connection.InvokeCoreAsync(method, arguments);
            return null;
        }
        catch (HubException e)
        {
            return WsmqError.Find(e.Message)?.Code ?? e.Message;
        }
    }

    private static async Task<long> AllAsync(PlainClient client, string method, params object?[] arguments)
    {
        var count = 0L;
        string? next = null;
        do
        {
            (var changed, next) = await client.Connection.InvokeCoreAsync<WsmqQueueStep>(method, [.. arguments, next]);
            count += changed;
        }
        while (next is not null);
        return count;
    }

    private static WsmqOutgoingMessage Job(string body) => new() { To = Queue, Type = "t", Body = WsmqJsonBody.Parse($"\"{body}\"") };

    private static Task SendAsync(TestNode node, int count) => node.Publisher.SendManyAsync(
        [.. Enumerable.Range(0, count).Select(i => Job($"{i}"))]);

    private static async Task RejectAsync(TestNode node, int count)
    {
        var jobs = node.Services.GetRequiredService<IStore>().Jobs;
        for (var left = count; left > 0;)
        {
            var request = new TakeRequest([new JobConsumer("worker", Math.Min(left, IJobStore.MostInAStep))]);
            var taken = (await jobs.TakeAsync(WsmqAddress.Work("jobs"), request, Rules, default)).Jobs;
            await jobs.SettleAsync(WsmqAddress.Work("jobs"), [.. taken.Select(t => new Settlement(t.Lease, SettlementKind.Reject))], Rules, default);
            left -= taken.Count;
        }
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        builder =>
        {
            UseStore(builder);
            builder.AddQueue("jobs").AddQueue("others");
        },
        services: b => b.Services.AddSingleton<IWsmqAuthorizer>(new Managers()));

    private sealed class Managers : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(false);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
            new(caller.UserId == "manager" && queue.Name != "others");
    }
}

public sealed class SqliteQueueCallsTests : QueueCallsContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisQueueCallsTests(SharedRedis redis) : QueueCallsContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
