using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Queues;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>Workers in the app itself, with its scoped handlers; one derived class for each store.</summary>
public abstract class AppWorkerContract
{
    private const string Queue = "thumbnails";
    private static readonly WsmqAddress Address = WsmqAddress.Work(Queue);

    private readonly Recorder _recorder = new();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_job_that_the_app_sends_is_handled_once_with_its_body_and_metadata()
    {
        await using var node = await StartAsync<Scripted>();
        _recorder.Handle = (_, _) => Task.CompletedTask;
        var receipt = await node.Publisher.SendAsync(Address, new Resize("a.png"), new WsmqSendOptions { Id = "m1", CorrelationId = "c1" });

        await Eventually.That("the job is done", async () => (await InfoAsync(node)).Totals.Completed == 1);
        var job = _recorder.Jobs.Should().ContainSingle().Subject;
        (job.Body.File, job.Id, job.CorrelationId, job.Attempt, job.LostLeases, job.Queue).Should().Be(("a.png", "m1", "c1", 1, 0, Address));
        job.Position.ToString().Should().Be(receipt.Position);
        job.Sender.Should().BeNull();
        job.Due.Should().BeCloseTo(job.SentAt, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Each_job_has_a_handler_and_a_scope_of_its_own_that_is_disposed_after_it()
    {
        await using var node = await StartAsync<Scripted>();
        _recorder.Handle = (_, _) => Task.CompletedTask;
        for (var i = 0; i < 5; i++)
            await node.Publisher.SendAsync(Address, new Resize($"{i}"));

        await Eventually.That("all scopes are disposed", () => _recorder.Disposed == 5);
        _recorder.Handlers.Should().OnlyHaveUniqueItems().And.HaveCount(5);
    }

    [Fact]
    public async Task A_handler_that_throws_is_called_again_until_the_attempts_are_used_up()
    {
        await using var node = await StartAsync<Scripted>(q => q.MaxAttempts = 3);
        _recorder.Handle = (_, _) => throw new InvalidOperationException("secret content");
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _recorder.Jobs.Select(j => j.Attempt).Should().Equal(1, 2, 3);
        var dead = (await ListAsync(node, JobState.Dead)).Single();
        (dead.DeadReason, dead.Text, dead.FailedAttempts).Should().Be((DeadReason.AttemptsUsedUp, nameof(InvalidOperationException), 3));
        dead.Consumer.Should().Contain($"{Environment.ProcessId}");
    }

    [Fact]
    public async Task A_timeout_inside_a_handler_is_a_failed_attempt()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var node = await StartAsync<Scripted>(q => q.MaxAttempts = 2);
        _recorder.Handle = async (_, cancellationToken) =>
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(50) };
            await http.GetAsync(new Uri($"http://{silent.LocalEndpoint}"), cancellationToken);
        };
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _recorder.Jobs.Select(j => j.Attempt).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_handler_decides_to_retry_uncounted_and_then_to_reject()
    {
        await using var node = await StartAsync<Scripted>(q => q.MaxAttempts = 1);
        _recorder.Handle = (job, _) =>
        {
            if (_recorder.Jobs.Count < 4)
                job.Retry(after: TimeSpan.Zero, counts: false, reason: "busy");
            else
                job.Reject("no such file");
            return Task.CompletedTask;
        };
        await node.Publisher.SendAsync(Address, new Resize("a.png"));

        await Eventually.That("the job is a dead letter", async () => (await InfoAsync(node)).Dead == 1);
        _recorder.Jobs.Select(j => j.Attempt).Should().Equal(1, 1, 1, 1);
        var dead = (await ListAsync(node, JobState.Dead)).Single();
        (dead.DeadReason, dead.Text).Should().Be((DeadReason.Rejected, "no such file"));
    }

    [Fact]
    public async Task A_type_that_no_handler_takes_is_handed_back_uncounted_for_a_worker_that_knows_it()
    {
        await using var older = await StartAsync<Scripted>(worker: w => w.UnknownTypeDelay = TimeSpan.FromSeconds(1));
        _recorder.Handle = (_, _) => Task.CompletedTask;
        await older.Publisher.SendAsync(Address, new Crop("b.png"));
        await Eventually.That("it is handed back", async () => (await InfoAsync(older)).Retrying == 1);
        var (failed, dead) = ((await InfoAsync(older)).Totals.FailedAttempts, (await InfoAsync(older)).Dead);
        await older.DisposeAsync();
        await using var newer = await StartAsync<Scripted>(more: b => b.AddWorker<Crop, CropHandler>(Queue));

        await Eventually.That("the newer node handles it", () => !_recorder.Crops.IsEmpty);
        (failed, dead).Should().Be((0, 0));
        _recorder.Jobs.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_a_failed_attempt_with_its_own_reason_and_the_worker_goes_on()
    {
        await using var node = await StartAsync<Scripted>(q => q.MaxAttempts = 2);
        _recorder.Handle = (_, _) => Task.CompletedTask;
        await node.Publisher.SendAsync(new WsmqOutgoingMessage
        {
            To = Address.ToString(), Type = WsmqMessageTypeAttribute.NameOf(typeof(Resize)), Body = WsmqJsonBody.Parse("[1]"),
        });
        await node.Publisher.SendAsync(Address, new Resize("good"));

        await Eventually.That("one is done, the other a dead letter", async () => await InfoAsync(node) is { Dead: 1, Totals.Completed: 1 });
        var dead = (await ListAsync(node, JobState.Dead)).Single();
        (dead.DeadReason, dead.Text, dead.FailedAttempts).Should().Be((DeadReason.AttemptsUsedUp, "unreadable", 2));
    }

    [Fact]
    public async Task Handlers_that_block_their_threads_lose_no_lease()
    {
        var jobs = Math.Max(32, 4 * Environment.ProcessorCount);
        await using var node = await StartAsync<Scripted>(q => q.Lease = TimeSpan.FromSeconds(6), w => w.Concurrency = jobs);
        _recorder.Handle = (_, _) =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(13));
            return Task.CompletedTask;
        };
        for (var i = 0; i < jobs; i++)
            await node.Publisher.SendAsync(Address, new Resize($"{i}"));

        await Eventually.That("all are done", async () => (await InfoAsync(node)).Totals.Completed == jobs);
        (await InfoAsync(node)).Totals.LostLeases.Should().Be(0);
        _recorder.Jobs.Should().HaveCount(jobs);
    }

    [Fact]
    public async Task A_running_job_completes_while_the_app_stops_and_no_other_begins()
    {
        var go = new TaskCompletionSource();
        var node = await StartAsync<Scripted>(worker: w => w.Concurrency = 1);
        _recorder.Handle = (_, _) => go.Task;
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await node.Publisher.SendAsync(Address, new Resize("2"));
        await Eventually.That("the first has begun", () => _recorder.Jobs.Count == 1);

        // Returns once the worker accepts no more jobs.
        node.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        var stop = node.DisposeAsync().AsTask();
        go.SetResult();
        await stop;

        _recorder.Jobs.Should().HaveCount(1);
        await using var next = await StartAsync<Scripted>();
        await Eventually.That("the next node handles the other one", async () => (await InfoAsync(next)).Totals.Completed == 2);
        _recorder.Jobs.Select(j => (j.Body.File, j.Attempt)).Should().Equal(("1", 1), ("2", 1));
    }

    [Fact]
    public async Task A_job_that_outlives_the_stop_is_cancelled_and_handed_back_uncounted()
    {
        var node = await StartAsync<Scripted>(worker: w => w.StopTimeout = TimeSpan.FromMilliseconds(100));
        _recorder.Handle = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await Eventually.That("it has begun", () => _recorder.Jobs.Count == 1);
        await node.DisposeAsync();
        _recorder.Handle = (_, _) => Task.CompletedTask;

        await using var next = await StartAsync<Scripted>();

        await Eventually.That("the next node handles it", async () => (await InfoAsync(next)).Totals.Completed == 1);
        _recorder.Jobs.Select(j => (j.Attempt, j.LostLeases)).Should().Equal((1, 0), (1, 0));
    }

    [Fact]
    public async Task A_handler_whose_lease_is_lost_is_told_and_its_result_does_not_count()
    {
        await using var node = await StartAsync<Scripted>(q => q.Lease = TimeSpan.FromSeconds(3), w => w.Concurrency = 1);
        var told = new TaskCompletionSource();
        var completed = new TaskCompletionSource<long>();
        _recorder.Handle = async (job, cancellationToken) =>
        {
            if (job.Body.File == "2")
            {
                completed.TrySetResult((await InfoAsync(node)).Totals.Completed);
                return;
            }

            await node.Services.GetRequiredService<IStore>().Jobs.RemoveAsync(Address, [job.Position], evenLeased: true, new WsmqQueueOptions().ToRules(), default);
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => told.SetResult(), TaskScheduler.Default);
        };
        await node.Publisher.SendAsync(Address, new Resize("1"), new WsmqSendOptions());

        await told.Task.WaitAsync(TimeSpan.FromSeconds(90));

        // The worker begins with it once it has ended the first one.
        await node.Publisher.SendAsync(Address, new Resize("2"));
        (await completed.Task.WaitAsync(TimeSpan.FromSeconds(90))).Should().Be(0);
    }

    [Fact]
    public async Task A_handler_may_wait_synchronously_for_a_task_that_continues_on_its_own_threads()
    {
        await using var node = await StartAsync<Scripted>(worker: w => w.Concurrency = 1);
        _recorder.Handle = (_, cancellationToken) =>
        {
            PausesAsync(cancellationToken).Wait(cancellationToken);
            return Task.CompletedTask;

            static async Task PausesAsync(CancellationToken cancellationToken)
            {
                await Task.Delay(10, cancellationToken);
                await Task.Delay(10, cancellationToken);
            }
        };
        await node.Publisher.SendAsync(Address, new Resize("1"));

        await Eventually.That("the job is done", async () => (await InfoAsync(node)).Totals.Completed == 1);
    }

    [Fact]
    public async Task A_callback_on_the_token_that_throws_harms_nothing()
    {
        await using var node = await StartAsync<Scripted>(q => q.Lease = TimeSpan.FromSeconds(3), w => w.Concurrency = 1);
        _recorder.Handle = async (job, cancellationToken) =>
        {
            if (_recorder.Jobs.Count > 1)
                return;
            cancellationToken.Register(() => throw new InvalidOperationException("in a callback"));
            await node.Services.GetRequiredService<IStore>().Jobs.RemoveAsync(Address, [job.Position], evenLeased: true, new WsmqQueueOptions().ToRules(), default);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await node.Publisher.SendAsync(Address, new Resize("1"));
        await Eventually.That("it has begun", () => _recorder.Jobs.Count == 1);
        await node.Publisher.SendAsync(Address, new Resize("2"));

        await Eventually.That("the next job is done", async () => (await InfoAsync(node)).Totals.Completed == 1);
    }

    [Fact]
    public async Task A_scope_whose_disposal_fails_leaves_the_job_completed()
    {
        await using var node = await StartAsync<Scripted>();
        _recorder.Handle = (_, _) => Task.CompletedTask;
        _recorder.DisposalFails = true;
        await node.Publisher.SendAsync(Address, new Resize("1"));

        await Eventually.That("the job is done", async () => (await InfoAsync(node)).Totals.Completed == 1);
        _recorder.Jobs.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_send_to_a_queue_that_is_not_declared_is_refused_and_states_how_many_are()
    {
        await using var node = await StartAsync<Scripted>();
        var send = () => node.Publisher.SendAsync(WsmqAddress.Work("thumbnials"), new Resize("1"));

        var refusal = (await send.Should().ThrowAsync<WsmqException>()).Which;
        refusal.Error.Should().Be(WsmqErrors.UnknownQueue);
        refusal.Message.Should().Contain("1 are declared");
    }

    [Fact]
    public async Task What_a_sender_demands_is_checked_and_passed_on()
    {
        await using var node = await StartAsync<Scripted>(more: b => b.AddQueue("other", q => q.MaxWaiting = 2));
        var other = WsmqAddress.Work("other");
        Task<WsmqReceipt> Send(WsmqSendOptions options) => node.Publisher.SendAsync(other, new Resize("1"), options);

        var first = await Send(new WsmqSendOptions { UniqueId = "u", Key = "k", Priority = WsmqJobPriority.High, Delay = TimeSpan.FromHours(1), TimeToLive = TimeSpan.FromDays(1) });
        var second = await Send(new WsmqSendOptions { UniqueId = "u" });
        await Send(new WsmqSendOptions { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        await Refused(WsmqErrors.QueueFull, new WsmqSendOptions());
        foreach (var options in new WsmqSendOptions[]
        {
            new() { Delay = TimeSpan.FromDays(401) }, new() { Delay = TimeSpan.FromTicks(-1) }, new() { NotBefore = DateTimeOffset.UtcNow.AddDays(402) },
            new() { TimeToLive = TimeSpan.Zero }, new() { Key = "" }, new() { UniqueId = new string('x', 129) }, new() { Key = "a\0b" }, new() { Priority = (WsmqJobPriority)7 },
        })
        {
            await Refused(WsmqErrors.InvalidMessage, options);
        }

        (second.Duplicate, second.UniqueIdTaken, second.Position).Should().Be((true, true, first.Position));
        var stored = (await node.Services.GetRequiredService<IStore>().Jobs.ListAsync(other, JobState.Delayed, 0, 9, withContent: false, default)).Single();
        (stored.Key, stored.Unique, stored.Priority, stored.Ends > 0).Should().Be(("k", "u", JobPriority.High, true));

        var toUser = () => node.Publisher.SendAsync(WsmqAddress.User("bob"), new Resize("1"), new WsmqSendOptions { Key = "k" });
        (await toUser.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);

        async Task Refused(WsmqError error, WsmqSendOptions options) =>
            (await FluentActions.Awaiting(() => Send(options)).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);
    }

    private static Task<QueueInfo> InfoAsync(TestNode node) => node.Services.GetRequiredService<IStore>().Jobs.InfoAsync(Address, default);

    private static Task<IReadOnlyList<StoredJob>> ListAsync(TestNode node, JobState state) =>
        node.Services.GetRequiredService<IStore>().Jobs.ListAsync(Address, state, 0, 10, withContent: false, default);

    private Task<TestNode> StartAsync<THandler>(
        Action<WsmqQueueOptions>? queue = null, Action<WsmqWorkerOptions>? worker = null, Action<WsmqBuilder>? more = null)
        where THandler : class, IWsmqJobHandler<Resize> => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton(_recorder);
        builder.Services.AddScoped<Scope>();
        builder.AddQueue(Queue, q =>
        {
            q.MinBackoff = q.MaxBackoff = TimeSpan.Zero;
            queue?.Invoke(q);
        });
        builder.AddWorker<Resize, THandler>(Queue, worker);
        more?.Invoke(builder);
    });

    public sealed record Resize(string File);

    public sealed record Crop(string File);

    internal sealed class Recorder
    {
        private int _disposed;

        public Func<WsmqJob<Resize>, CancellationToken, Task> Handle { get; set; } = (_, _) => throw new InvalidOperationException("no script");

        public ConcurrentQueue<WsmqJob<Resize>> Jobs { get; } = new();

        public ConcurrentQueue<string> Crops { get; } = new();

        public ConcurrentBag<object> Handlers { get; } = [];

        public bool DisposalFails { get; set; }

        public int Disposed => Volatile.Read(ref _disposed);

        public void CountDisposed() => Interlocked.Increment(ref _disposed);
    }

    internal sealed class Scope(Recorder recorder) : IDisposable
    {
        public void Dispose()
        {
            recorder.CountDisposed();
            if (recorder.DisposalFails)
                throw new InvalidOperationException("disposal");
        }
    }

    internal sealed class Scripted(Recorder recorder, Scope scope) : IWsmqJobHandler<Resize>
    {
        public Task HandleAsync(WsmqJob<Resize> job, CancellationToken cancellationToken)
        {
            scope.Should().NotBeNull();
            recorder.Handlers.Add(this);
            recorder.Jobs.Enqueue(job);
            return recorder.Handle(job, cancellationToken);
        }
    }

    internal sealed class CropHandler(Recorder recorder) : IWsmqJobHandler<Crop>
    {
        public Task HandleAsync(WsmqJob<Crop> job, CancellationToken cancellationToken)
        {
            recorder.Crops.Enqueue(job.Body.File);
            return Task.CompletedTask;
        }
    }
}
