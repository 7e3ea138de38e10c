using System.Net;
using System.Net.Sockets;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Workers;

/// <summary>
/// What holds for a worker whatever its kind and the store of its node: see docs/situations.md. One derived class for each kind and store.
/// Here: how attempts end.
/// </summary>
public abstract partial class WorkerContract
{
    /// <summary>What the handlers do.</summary>
    private protected WorkScript Script { get; } = new();

    /// <summary>The kind of worker.</summary>
    private protected abstract WorkerKind Kind { get; }

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_job_is_handled_once_with_its_body_and_metadata()
    {
        await using var worker = await StartAsync();
        var receipt = await worker.SendAsync(new Resize("a.png"), new WsmqSendOptions { Id = "m1", CorrelationId = "c1" });

        await worker.CompletedAsync(1);
        var job = Script.Jobs.Should().ContainSingle().Subject;
        (job.Body.File, job.Id, job.CorrelationId, job.Attempt, job.LostLeases, job.Queue)
            .Should().Be(("a.png", "m1", "c1", 1, 0, WorkerSetup.Queue));
        job.Position.ToString().Should().Be(receipt.Position);
        job.Sender.Should().BeNull();
        job.Due.Should().BeCloseTo(job.SentAt, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_handler_that_throws_is_called_again_until_the_attempts_are_used_up()
    {
        await using var worker = await StartAsync(q => q.MaxAttempts = 3);
        Script.Handle = (_, _) => throw new InvalidOperationException("secret content");
        await worker.SendAsync(new Resize("a.png"));

        var dead = await DeadAsync(worker);
        Script.Jobs.Select(j => j.Attempt).Should().Equal(1, 2, 3);
        (dead.DeadReason, dead.Text, dead.FailedAttempts, dead.Consumer)
            .Should().Be((DeadReason.AttemptsUsedUp, nameof(InvalidOperationException), 3, Kind.Name));
    }

    [Fact]
    public async Task A_timeout_inside_a_handler_is_a_failed_attempt()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var worker = await StartAsync(q => q.MaxAttempts = 2);
        Script.Handle = async (_, cancellationToken) =>
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(50) };
            await http.GetAsync(new Uri($"http://{silent.LocalEndpoint}"), cancellationToken);
        };
        await worker.SendAsync(new Resize("a.png"));

        var dead = await DeadAsync(worker);
        Script.Jobs.Select(j => j.Attempt).Should().Equal(1, 2);
        (dead.DeadReason, dead.Text).Should().Be((DeadReason.AttemptsUsedUp, nameof(TaskCanceledException)));
    }

    [Fact]
    public async Task A_handler_decides_to_retry_uncounted_and_then_to_reject()
    {
        await using var worker = await StartAsync(q => q.MaxAttempts = 1);
        Script.Handle = (job, _) =>
        {
            if (Script.Jobs.Count < 4)
                job.Retry(after: TimeSpan.Zero, counts: false, reason: "busy");
            else
                job.Reject("no such file");
            return Task.CompletedTask;
        };
        await worker.SendAsync(new Resize("a.png"));

        var dead = await DeadAsync(worker);
        Script.Jobs.Select(j => j.Attempt).Should().Equal(1, 1, 1, 1);
        (dead.DeadReason, dead.Text).Should().Be((DeadReason.Rejected, "no such file"));
    }

    [Fact]
    public async Task A_type_that_no_handler_takes_is_handed_back_uncounted_for_a_worker_that_knows_it()
    {
        await using var older = await StartAsync(work: w => w.UnknownTypeDelay = TimeSpan.FromSeconds(1));
        await older.SendAsync(new Crop("b.png"));
        await Eventually.That("it is handed back", async () => (await older.InfoAsync()).Retrying == 1);
        var (failed, dead) = ((await older.InfoAsync()).Totals.FailedAttempts, (await older.InfoAsync()).Dead);
        await older.StopAsync();
        await using var newer = await Kind.StartAsync(new WorkerSetup(UseStore, Script) { KnowsCrops = true });

        await newer.CompletedAsync(1);
        (failed, dead).Should().Be((0, 0));
        Script.Crops.Should().ContainSingle().Which.Attempt.Should().Be(1);
        Script.Jobs.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_a_failed_attempt_with_its_own_reason_and_the_worker_goes_on()
    {
        await using var worker = await StartAsync(q => q.MaxAttempts = 2);
        await worker.Node.Publisher.SendAsync(new WsmqOutgoingMessage
        {
            To = WorkerSetup.Queue.ToString(), Type = WsmqMessageTypeAttribute.NameOf(typeof(Resize)), Body = WsmqJsonBody.Parse("[1]"),
        });
        await worker.SendAsync(new Resize("good"));

        var dead = await DeadAsync(worker);
        await worker.CompletedAsync(1);
        (dead.DeadReason, dead.Text, dead.FailedAttempts).Should().Be((DeadReason.AttemptsUsedUp, "unreadable", 2));
        Script.Files.Should().Equal("good");
    }

    private static async Task<StoredJob> DeadAsync(WorkerNode worker)
    {
        await Eventually.That("the job is a dead letter", async () => (await worker.InfoAsync()).Dead == 1);
        return (await worker.ListAsync(JobState.Dead)).Single();
    }

    private Task<WorkerNode> StartAsync(
        Action<WsmqQueueOptions>? queue = null, Action<WsmqWorkOptions>? work = null, Action<WsmqOptions>? node = null) =>
        Kind.StartAsync(new WorkerSetup(UseStore, Script) { OfQueue = queue, OfWorker = work, OfNode = node });
}
