using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Requests;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Requests between nodes that go away, on Redis.</summary>
[Collection(SharedRedis.Name)]
public sealed class RequestNodeTests(SharedRedis redis)
{
    private const int Long = 120_000;
    private readonly string _prefix = redis.NextPrefix();

    [Fact]
    public async Task A_node_that_is_gone_is_forgotten_and_the_request_fails_at_once()
    {
        await using var a = await StartAsync();
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using (var gone = await StartAsync())
            await Responders(gone).SetAsync(WsmqAddress.User("bob"), null, CancellationToken.None);
        (await Responders(a).FindAsync(WsmqAddress.User("bob"), "question", CancellationToken.None)).Should().ContainSingle();

        (await CodeAsync(AskAsync(alice))).Should().Be(WsmqErrors.NoResponder);

        (await Responders(a).FindAsync(WsmqAddress.User("bob"), "question", CancellationToken.None)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_fails_when_the_node_of_its_responder_is_gone()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var a = await StartAsync();
        await using var b = await StartAsync($"127.0.0.1:{line.Port}");
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using var bob = await Responder.ConnectAsync(b, "bob");
        await bob.RespondAsync("user:bob");
        var asked = AskAsync(alice);
        await bob.GetsAsync();

        // As if the node was killed: nothing reaches it any more, and it says nothing.
        line.Refuses = true;
        line.Cut();

        (await CodeAsync(asked)).Should().Be(WsmqErrors.RequestFailed);
        line.Refuses = false;
    }

    [Fact]
    public async Task Entries_exist_only_while_somebody_answers_and_are_written_again_after_Redis_has_lost_them()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        await using var a = await StartAsync();
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using (var bob = await Responder.ConnectAsync(a, "bob"))
        {
            KeysOf(connection).Should().BeEmpty();
            await bob.RespondAsync("user:bob", ["one", "two"]);
            var key = KeysOf(connection).Should().ContainSingle().Subject;
            (await connection.GetDatabase().HashGetAllAsync(key)).Single().Value.ToString().Should().Be("\none\ntwo\n");
            await bob.RespondAsync("user:bob");
            (await connection.GetDatabase().HashGetAllAsync(key)).Single().Value.ToString().Should().Be("*");
        }

        await Eventually.That("nothing is left", () => KeysOf(connection).Length == 0);
    }

    [Fact]
    public async Task While_Redis_is_unavailable_requests_wait_for_a_busy_responder_of_the_node_and_those_to_a_queue_are_refused_as_such()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var a = await StartAsync($"127.0.0.1:{line.Port}");
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using var bob = await Responder.ConnectAsync(a, "bob");
        await bob.RespondAsync("user:bob", credit: 1);
        var first = AskAsync(alice);
        var request = await bob.GetsAsync();

        line.Refuses = true;
        line.Cut();
        var second = AskAsync(alice);
        (await CodeAsync(AskAsync(alice, "work:thumbs"))).Should().Be(WsmqErrors.StoreUnavailable);
        await bob.ReplyAsync(request.Id, 1);
        await bob.ReplyAsync((await bob.GetsAsync(2)).Id, 2);

        (await first).Body!.Value.ToString().Should().Be("1");
        (await second).Body!.Value.ToString().Should().Be("2");
        line.Refuses = false;
    }

    [Fact]
    public async Task A_request_whose_job_may_be_stored_fails_as_one_that_may_have_been_handled_and_the_job_is_removed()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        await using var a = await StartAsync($"127.0.0.1:{line.Port}", o => o.CommandTimeout = TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await using var b = await StartAsync();
        await using var alice = await Responder.ConnectAsync(a, "alice");
        await using var bob = await Responder.ConnectAsync(a, "bob");
        await bob.WorkAsync("work:thumbs");

        // The job reaches Redis, and the answer is lost.
        line.Silence(up: false, down: true);
        var asked = AskAsync(alice, "work:thumbs");
        await Eventually.That("the job is stored", async () => await JobsAsync(b) == 1);

        var failure = (await asked.Invoking(r => r).Should().ThrowAsync<HubException>()).Which.Message;
        WsmqError.Find(failure).Should().Be(WsmqErrors.RequestFailed);
        failure.Should().Contain(WsmqRequestException.ResponderLost);
        line.CutSilent();
        await Eventually.That("the job is removed", async () => await JobsAsync(b) == 0);
    }

    [Fact]
    public async Task A_request_whose_job_too_few_replicas_have_waits_on_and_is_answered()
    {
        await using var replicated = await ReplicatedRedis.StartAsync();
        await using var node = await StartAsync(
            replicated.Configuration, o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromMilliseconds(500)));
        await using var alice = await Responder.ConnectAsync(node, "alice");
        await using var bob = await Responder.ConnectAsync(node, "bob");
        await bob.WorkAsync("work:thumbs");
        replicated.Replica.Pause();
        var asked = AskAsync(alice, "work:thumbs");
        await Eventually.That("the job is stored", async () => await JobsAsync(node) == 1);

        // Its receipt comes after that of the request.
        var next = () => node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "work:thumbs" });
        (await next.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.NotReplicated);
        replicated.Replica.Continue();

        await Eventually.That("its job is given to the worker", () => JobOfRequest() is not null);
        await bob.CompleteWithAsync(JobOfRequest()!, 1);
        (await asked).Body!.Value.ToString().Should().Be("1");

        WsmqJobDelivery? JobOfRequest() => bob.Jobs.FirstOrDefault(j => j.Message.Headers?.ContainsKey(WsmqRequestHeaders.Request) == true);
    }

    [Fact]
    public async Task A_request_whose_time_is_over_at_once_keeps_no_place_among_those_that_wait()
    {
        await using var a = await StartAsync();
        var (store, services) = (a.Services.GetRequiredService<IStore>(), a.Services.GetRequiredService<RequestNodeServices>());
        var local = new LocalResponders(
            Options.Create(new WsmqOptions { Requests = { MaxWaiting = 1 } }), TimeProvider.System, a.Services.GetRequiredService<WsmqMetrics>(),
            NullLogger<LocalResponders>.Instance);
        var entries = new ResponderEntries(local, store, TimeProvider.System, NullLogger<ResponderEntries>.Instance);
        var open = a.Services.GetRequiredService<OpenRequests>();
        var node = new RequestNode(open, local, entries, services, new EagerTime(), NullLogger<RequestNode>.Instance);
        await node.StartAsync(CancellationToken.None);
        var bob = new Recorded();
        local.Set(new Registration(bob, WsmqAddress.User("bob")), null, 1);
        using var last = open.Begin();
        var ended = last.Attempt(null);
        var ids = Enumerable.Range(0, 3).Select(_ => store.Nodes.Self + Guid.NewGuid().ToString("N")).ToArray();

        await AskAsync(ids[0], Long);
        await AskAsync(ids[1], 1);
        await AskAsync(ids[2], Long);
        await AskAsync(last.Id, Long);
        (await ended).End.Should().Be(RequestEnd.Busy, "another one waits");
        await local.AnswerAsync(bob, ids[0], RequestOutcome.Nobody);

        bob.Given.Should().Equal(ids[0], ids[2]);
        await node.StopAsync();

        Task<bool> AskAsync(string id, int timeout) => store.Nodes.SendAsync(
            store.Nodes.Self, NodeMessageKind.Request,
            new NodeRequestMessage
            {
                Kind = NodeRequestMessage.Ask, Id = id, Node = store.Nodes.Self, MayWait = true,
                Request = new WsmqIncomingRequest { Id = id, To = "user:bob", Timeout = timeout },
            }.ToBytes(), CancellationToken.None);
    }

    [Fact]
    public async Task Entries_are_written_once_more_a_little_after_an_outage()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        await using var bob = await Responder.ConnectAsync(a, "bob");
        await bob.RespondAsync("user:bob");
        var time = new FakeTimeProvider();
        var store = a.Services.GetRequiredService<IStore>();
        var entries = new ResponderEntries(a.Services.GetRequiredService<LocalResponders>(), store, time, NullLogger<ResponderEntries>.Instance);
        entries.Start();
        await RemoveAsync();
        entries.Restore();
        await Eventually.That("it is written again", IsThereAsync);

        // By another node, whose removal was on its way.
        await RemoveAsync();
        var passed = TimeSpan.Zero;
        await Eventually.That("it is written once more", async () =>
        {
            var step = passed < TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
            passed += step;
            time.Advance(step);
            return await IsThereAsync();
        });

        await entries.StopAsync();

        Task RemoveAsync() => Responders(b).RemoveAsync(WsmqAddress.User("bob"), store.Nodes.Self, CancellationToken.None);
        async Task<bool> IsThereAsync() => (await Responders(b).FindAsync(WsmqAddress.User("bob"), null, CancellationToken.None)).Count > 0;
    }

    private RedisKey[] KeysOf(ConnectionMultiplexer connection) =>
        [.. connection.GetServers()[0].Keys(pattern: $"{_prefix}:*:responders:*")];

    private static IResponderStore Responders(TestNode node) => node.Services.GetRequiredService<IStore>().Nodes.Responders;

    private static Task<WsmqReply> AskAsync(Responder from, string to = "user:bob") =>
        from.Connection.InvokeAsync<WsmqReply>("Request", new { to, type = "question" }, Long);

    private static async Task<WsmqError?> CodeAsync(Task<WsmqReply> asked) =>
        WsmqError.Find((await asked.Invoking(a => a).Should().ThrowAsync<HubException>()).Which.Message);

    private static async Task<long> JobsAsync(TestNode node)
    {
        var info = await node.Services.GetRequiredService<IWsmqQueues>().InfoAsync("thumbs");
        return info.Ready + info.Leased + info.Retrying;
    }

    private Task<TestNode> StartAsync(string? endPoint = null, Action<WsmqRedisOptions>? configure = null, TimeSpan? sendTimeout = null) =>
        TestNode.StartAsync(
            s => s.UseRedis(endPoint ?? redis.Server.EndPoint, o =>
            {
                o.KeyPrefix = _prefix;
                configure?.Invoke(o);
            }).AddQueue("thumbs"),
            o => o.Publish.SendTimeout = sendTimeout ?? o.Publish.SendTimeout,
            b => b.Services.AddSingleton<IWsmqAuthorizer, EverybodyWorks>());

    // Timers that are due at once fire before the call that makes them returns.
    private sealed class EagerTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero || dueTime > TimeSpan.FromMilliseconds(1))
                return base.CreateTimer(callback, state, dueTime, period);
            callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }
    }

    private sealed class Recorded : IResponder
    {
        private readonly ConcurrentQueue<string> _given = [];

        public IEnumerable<string> Given => _given;

        public bool IsBlocked => false;

        public void Give(WsmqIncomingRequest request) => _given.Enqueue(request.Id);

        public void Cancel(string id)
        {
        }
    }
}
