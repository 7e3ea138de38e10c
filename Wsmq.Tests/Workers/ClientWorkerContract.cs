using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Queues;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>Workers in other processes that use the typed client; one derived class for each store.</summary>
public abstract class ClientWorkerContract
{
    private const string Queue = "thumbnails";
    private static readonly WsmqAddress Address = WsmqAddress.Work(Queue);

    private readonly ConcurrentQueue<WsmqJob<Resize>> _jobs = new();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_job_that_one_client_sends_is_handled_by_another_one_with_its_body_and_metadata()
    {
        await using var node = await StartAsync();
        await using var worker = await WorkAsync(node.Hub, (_, _) => Task.CompletedTask);
        await using var sender = await SenderAsync(node.Hub);
        var receipt = await sender.SendAsync(Address, new Resize("a.png"), new WsmqSendOptions { Id = "m1", CorrelationId = "c1", Key = "k" });

        await CompletedAsync(node, 1);
        var job = _jobs.Should().ContainSingle().Subject;
        (job.Body.File, job.Id, job.CorrelationId, job.Attempt, job.LostLeases, job.Queue, job.Sender).Should().Be(("a.png", "m1", "c1", 1, 0, Address, "carol"));
        job.Position.ToString().Should().Be(receipt.Position);
        job.Due.Should().BeCloseTo(job.SentAt, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Two_workers_share_the_jobs_and_each_job_is_handled_once()
    {
        await using var node = await StartAsync();
        await using var first = await WorkAsync(node.Hub, async (_, _) => await Task.Yield());
        await using var second = await WorkAsync(node.Hub, async (_, _) => await Task.Yield());
        for (var i = 0; i < 300; i++)
            await node.Publisher.SendAsync(Address, new Resize($"{i}"));

        await CompletedAsync(node, 300);
        _jobs.Select(j => j.Body.File).Should().OnlyHaveUniqueItems().And.HaveCount(300);
        (await InfoAsync(node)).Totals.LostLeases.Should().Be(0);
    }

    [Fact]
    public async Task A_handler_that_throws_is_called_again_until_the_attempts_are_used_up()
    {
        await using var node = await StartAsync(q => q.MaxAttempts = 3);
        var errors = new ConcurrentQueue<WsmqErrorEventArgs>();
        await using var worker = await WorkAsync(node.Hub, (_, _) => throw new InvalidOperationException("secret content"), errors: errors);
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _jobs.Select(j => j.Attempt).Should().Equal(1, 2, 3);
        var dead = (await ListAsync(node, JobState.Dead)).Single();
        (dead.DeadReason, dead.Text, dead.FailedAttempts, dead.Consumer)
            .Should().Be((DeadReason.AttemptsUsedUp, nameof(InvalidOperationException), 3, "worker/default"));
        errors.Should().HaveCount(3).And.OnlyContain(e => e.Operation == WsmqClientOperation.Work && e.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task A_timeout_inside_a_handler_is_a_failed_attempt()
    {
        await using var node = await StartAsync(q => q.MaxAttempts = 2);
        await using var worker = await WorkAsync(node.Hub, (_, _) => throw new TaskCanceledException("a timeout"));
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _jobs.Select(j => j.Attempt).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_handler_decides_to_retry_uncounted_and_then_to_reject()
    {
        await using var node = await StartAsync(q => q.MaxAttempts = 1);
        await using var worker = await WorkAsync(node.Hub, (job, _) =>
        {
            if (_jobs.Count < 4)
                job.Retry(after: TimeSpan.Zero, counts: false, reason: "busy");
            else
                job.Reject("no such file");
            return Task.CompletedTask;
        });
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _jobs.Select(j => j.Attempt).Should().Equal(1, 1, 1, 1);
        var dead = (await ListAsync(node, JobState.Dead)).Single();
        (dead.DeadReason, dead.Text).Should().Be((DeadReason.Rejected, "no such file"));
    }

    [Fact]
    public async Task A_type_that_no_handler_takes_is_handed_back_uncounted_and_a_fallback_takes_any_type()
    {
        await using var node = await StartAsync();
        await node.Publisher.SendAsync(Address, new Crop("b.png"));
        var older = await WorkAsync(node.Hub, (_, _) => Task.CompletedTask, o => o.UnknownTypeDelay = TimeSpan.FromSeconds(1));
        await Eventually.That("it is handed back", async () => (await InfoAsync(node)).Retrying == 1);
        await older.DisposeAsync();
        var bodies = new ConcurrentQueue<string?>();
        await using var newer = Client(node.Hub, "worker");
        newer.WorkAny(Queue, (job, _) =>
        {
            bodies.Enqueue($"{job.Type} {job.Message.Body} {job.Attempt}");
            return Task.CompletedTask;
        });
        await newer.StartAsync();

        await CompletedAsync(node, 1);
        bodies.Should().Equal("""crop {"file":"b.png"} 1""");
    }

    [Fact]
    public async Task Handlers_that_block_their_threads_lose_no_lease()
    {
        var jobs = Math.Max(32, 4 * Environment.ProcessorCount);
        await using var node = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(6));
        await using var worker = await WorkAsync(
            node.Hub,
            (_, _) =>
            {
                Thread.Sleep(TimeSpan.FromSeconds(13));
                return Task.CompletedTask;
            },
            o => o.Concurrency = jobs);
        for (var i = 0; i < jobs; i++)
            await node.Publisher.SendAsync(Address, new Resize($"{i}"));

        await CompletedAsync(node, jobs);
        (await InfoAsync(node)).Totals.LostLeases.Should().Be(0);
        _jobs.Should().HaveCount(jobs);
    }

    [Fact]
    public async Task A_running_job_completes_while_the_client_stops_and_no_other_begins()
    {
        await using var node = await StartAsync();
        var go = new TaskCompletionSource();
        await using var worker = await WorkAsync(node.Hub, (_, _) => go.Task, o => o.Concurrency = 1);
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await node.Publisher.SendAsync(Address, new Resize("2"));
        await Eventually.That("the first has begun", () => _jobs.Count == 1);

        var stop = worker.StopAsync();
        go.SetResult();
        await stop;

        _jobs.Should().HaveCount(1);
        await using var next = await WorkAsync(node.Hub, (_, _) => Task.CompletedTask);
        await CompletedAsync(node, 2);
        _jobs.Select(j => (j.Body.File, j.Attempt, j.LostLeases)).Should().Equal(("1", 1, 0), ("2", 1, 0));
    }

    [Fact]
    public async Task A_job_that_outlives_the_stop_is_cancelled_and_handed_back_uncounted()
    {
        await using var node = await StartAsync();
        var worker = await WorkAsync(
            node.Hub, (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken), o => o.StopTimeout = TimeSpan.FromMilliseconds(100));
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await Eventually.That("it has begun", () => _jobs.Count == 1);
        await worker.DisposeAsync();

        await using var next = await WorkAsync(node.Hub, (_, _) => Task.CompletedTask);

        await CompletedAsync(node, 1);
        _jobs.Select(j => (j.Attempt, j.LostLeases)).Should().Equal((1, 0), (1, 0));
    }

    [Fact]
    public async Task A_job_outlives_its_connection_and_completes_over_the_next_one()
    {
        await using var node = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(20));
        await using var proxy = new TcpProxy(node.Hub);
        var go = new TaskCompletionSource();
        await using var worker = await WorkAsync(proxy.Hub, (_, _) => go.Task, o => o.Concurrency = 1);
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await node.Publisher.SendAsync(Address, new Resize("2"));
        await Eventually.That("it has begun", () => _jobs.Count == 1);
        var lost = new TaskCompletionSource();
        worker.StateChanged += (_, e) => _ = e.Current == WsmqClientState.Connected ? lost.TrySetResult() : false;
        proxy.Cut();
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(90));
        (await InfoAsync(node)).Leased.Should().Be(1);
        go.SetResult();

        await CompletedAsync(node, 2);
        _jobs.Select(j => (j.Body.File, j.Attempt, j.LostLeases)).Should().Equal(("1", 1, 0), ("2", 1, 0));
    }

    [Fact]
    public async Task A_handler_whose_lease_is_lost_is_told_and_its_result_does_not_count()
    {
        await using var node = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(3));
        var told = new TaskCompletionSource();
        var completed = new TaskCompletionSource<long>();
        await using var worker = await WorkAsync(
            node.Hub,
            async (job, cancellationToken) =>
            {
                if (job.Body.File == "2")
                {
                    completed.TrySetResult((await InfoAsync(node)).Totals.Completed);
                    return;
                }

                await node.Services.GetRequiredService<IStore>().Jobs.RemoveAsync(Address, [job.Position], evenLeased: true, new WsmqQueueOptions().ToRules(), default);
                await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => told.SetResult(), TaskScheduler.Default);
            },
            o => o.Concurrency = 1);
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(90));

        // The worker begins with it once it has ended the first one.
        await node.Publisher.SendAsync(Address, new Resize("2"));
        (await completed.Task.WaitAsync(TimeSpan.FromSeconds(90))).Should().Be(0);
    }

    [Fact]
    public async Task A_worker_that_is_not_allowed_is_told_so_and_gets_nothing()
    {
        await using var node = await StartAsync();
        var errors = new ConcurrentQueue<WsmqErrorEventArgs>();
        await using var worker = Client(node.Hub, "mallory");
        worker.Error += (_, e) => errors.Enqueue(e);
        worker.Work<Resize>(Queue, (_, _) => Task.CompletedTask);
        worker.Work<Resize>("unknown", (_, _) => Task.CompletedTask);
        await worker.StartAsync();
        await node.Publisher.SendAsync(Address, new Resize("1"));

        await Eventually.That("both refusals arrive", () => errors.Count == 2);
        errors.Select(e => ((WsmqException)e.Exception).Error).Should().BeEquivalentTo([WsmqErrors.WorkNotAllowed, WsmqErrors.UnknownQueue]);
        (await InfoAsync(node)).Ready.Should().Be(1);
    }

    [Fact]
    public async Task Mistakes_of_registering_are_refused_at_once()
    {
        await using var node = await StartAsync();
        await using var client = Client(node.Hub, "worker");
        Task Handle(WsmqJob<Resize> job, CancellationToken cancellationToken) => Task.CompletedTask;

        client.Work<Resize>(Queue, Handle);
        FluentActions.Invoking(() => client.Work<Resize>(Queue, Handle)).Should().Throw<InvalidOperationException>().WithMessage("*resize*already*");
        FluentActions.Invoking(() => client.Work<Resize>("other", Handle, o => o.Concurrency = 0)).Should().Throw<ArgumentException>().WithMessage("*Concurrency*");
        FluentActions.Invoking(() => client.Work<Resize>("", Handle)).Should().Throw<WsmqException>();
        await client.StartAsync();
        FluentActions.Invoking(() => client.Work<Resize>("late", Handle)).Should().Throw<InvalidOperationException>().WithMessage("*before StartAsync*");
    }

    private protected static Task<QueueInfo> InfoAsync(TestNode node) => node.Services.GetRequiredService<IStore>().Jobs.InfoAsync(Address, default);

    private protected static Task CompletedAsync(TestNode node, int jobs) =>
        Eventually.That($"{jobs} jobs are completed", async () => (await InfoAsync(node)).Totals.Completed == jobs);

    private protected Task<TestNode> StartAsync(Action<WsmqQueueOptions>? queue = null) => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton<IWsmqAuthorizer>(new WorkersOnly());
        builder.AddQueue(Queue, q =>
        {
            q.MinBackoff = q.MaxBackoff = TimeSpan.Zero;
            queue?.Invoke(q);
        });
    });

    private protected async Task<WsmqClient> WorkAsync(
        Uri hub, Func<WsmqJob<Resize>, CancellationToken, Task> handle, Action<WsmqWorkOptions>? options = null,
        ConcurrentQueue<WsmqErrorEventArgs>? errors = null)
    {
        var client = Client(hub, "worker");
        client.Error += (_, e) => errors?.Enqueue(e);
        client.Work<Resize>(
            Queue,
            (job, cancellationToken) =>
            {
                _jobs.Enqueue(job);
                return handle(job, cancellationToken);
            },
            options);
        await client.StartAsync();
        return client;
    }

    private static async Task<WsmqClient> SenderAsync(Uri hub)
    {
        var client = Client(hub, "carol");
        await client.StartAsync();
        return client;
    }

    private static WsmqClient Client(Uri hub, string user) => new(hub, options =>
    {
        options.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(user));
        foreach (var backoff in new[] { options.ReconnectBackoff, options.SendBackoff })
            (backoff.Min, backoff.Max) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50));
    });

    private static Task<IReadOnlyList<StoredJob>> ListAsync(TestNode node, JobState state) =>
        node.Services.GetRequiredService<IStore>().Jobs.ListAsync(Address, state, 0, 10, withContent: false, default);

    [WsmqMessageType("resize")]
    public sealed record Resize(string File);

    [WsmqMessageType("crop")]
    public sealed record Crop(string File);

    private sealed class WorkersOnly : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(caller.UserId != "mallory");

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(caller.UserId == "worker");
    }
}
