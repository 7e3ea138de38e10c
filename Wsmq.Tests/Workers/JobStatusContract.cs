using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>
/// Progress, outcome and cancellation of jobs, as the sender of a job sees them by its position; one derived class for each store and each
/// kind of .NET worker. Where the store serves several nodes, the sender asks another one than that of the worker.
/// </summary>
public abstract class JobStatusContract : IAsyncLifetime
{
    private const string Queue = "steps";
    private const string Forgetful = "forgetful";

    // A worker extends its leases long after the limit of every wait here: only a signal tells it of a cancellation.
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private readonly Script _script = new();
    private readonly List<IAsyncDisposable> _kept = [];

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    /// <summary>Whether the worker is in the app itself; otherwise it is a .NET client.</summary>
    private protected abstract bool IsInApp { get; }

    /// <summary>Whether several nodes can use the store.</summary>
    private protected abstract bool HasNodes { get; }

    [Fact]
    public async Task A_job_that_is_done_at_once_is_reported_to_a_sender_that_asks_afterwards_until_it_is_forgotten()
    {
        var (sender, queues) = await StartAsync((_, _) => Task.CompletedTask);
        var position = await SendAsync(sender, Queue, 1);
        var forgotten = await SendAsync(sender, Forgetful, 2);
        await CompletedAsync(queues, Queue, 1);
        await CompletedAsync(queues, Forgetful, 1);

        // Nobody has listened meanwhile.
        var status = await queues.StatusAsync(Queue, position);
        (status.IsKnown, status.HasEnded, status.Job, status.Progress, status.Outcome!.Reason).Should().Be((true, true, null, null, null));
        status.Outcome.End.Should().Be(WsmqJobEnd.Completed);
        status.Outcome.Time.Should().BeOnOrAfter(DateTimeOffset.UnixEpoch.AddMilliseconds(position.Value / 1000));
        (await queues.StatusAsync(Forgetful, forgotten)).Should().Be(new WsmqJobStatus { HasEnded = true }).And.Match<WsmqJobStatus>(s => !s.IsKnown);
        (await queues.StatusAsync(Queue, WsmqPosition.Parse("9000000000000000"))).Should().Be(new WsmqJobStatus());
    }

    [Fact]
    public async Task Progress_can_be_read_while_the_job_runs_and_with_its_outcome_and_is_refused_with_a_code_if_it_is_too_large()
    {
        var (reported, go) = (new TaskCompletionSource<WsmqException>(), new TaskCompletionSource());
        var (sender, queues) = await StartAsync(async (job, cancellationToken) =>
        {
            await job.ReportProgressAsync(new Percent(10, "first"), cancellationToken);
            await job.ReportProgressAsync(new Percent(50, "half — ½"), cancellationToken);
            var tooLarge = job.Awaiting(j => j.ReportProgressAsync(new string('x', WsmqJob.MaxProgressBytes - 1), cancellationToken));
            reported.SetResult((await tooLarge.Should().ThrowAsync<WsmqException>()).Which);
            await go.Task;
            await job.ReportProgressAsync(new string('x', WsmqJob.MaxProgressBytes - 2), cancellationToken);
        });
        var position = await SendAsync(sender, Queue, 1);
        var refusal = await reported.Task.WaitAsync(TimeSpan.FromSeconds(90));
        var running = await queues.StatusAsync(Queue, position);
        go.SetResult();
        await CompletedAsync(queues, Queue, 1);
        var ended = await queues.StatusAsync(Queue, position);

        (running.HasEnded, running.Outcome, running.Job!.State, running.Job.FailedAttempts).Should().Be((false, null, WsmqJobState.Leased, 0));
        running.Job.Worker.Should().NotBeNullOrEmpty();
        running.Progress!.Value.ToString().Should().Be("""{"done":50,"text":"half — ½"}""");
        running.Progress.Value.To<Percent>(options: null).Should().Be(new Percent(50, "half — ½"));
        refusal.Error.Should().Be(WsmqErrors.InvalidMessage);
        refusal.Message.Should().Contain("1024 bytes");
        ended.Progress!.Value.To<string>(options: null).Should().HaveLength(WsmqJob.MaxProgressBytes - 2);
    }

    [Fact]
    public async Task The_next_attempt_reads_the_progress_of_the_one_before_and_a_job_that_fails_for_good_keeps_it()
    {
        var seen = new ConcurrentQueue<string?>();
        var (sender, queues) = await StartAsync(async (job, cancellationToken) =>
        {
            seen.Enqueue(job.Progress?.ToString());
            await job.ReportProgressAsync(job.Attempt, cancellationToken);
            seen.Enqueue(job.Progress?.ToString());
            throw new InvalidOperationException("secret content");
        });
        var position = await SendAsync(sender, Queue, 1);
        await Eventually.That("the job is a dead letter", async () => (await queues.InfoAsync(Queue)).Dead == 1);

        seen.Should().Equal(null, "1", "1", "2");
        var status = await queues.StatusAsync(Queue, position);
        (status.HasEnded, status.Job!.State, status.Job.DeadReason, status.Progress!.Value.ToString())
            .Should().Be((true, WsmqJobState.Dead, WsmqDeadReason.AttemptsUsedUp, "2"));
        (status.Outcome!.End, status.Outcome.Reason).Should().Be((WsmqJobEnd.AttemptsUsedUp, nameof(InvalidOperationException)));
        (await queues.InfoAsync(Queue)).Totals.Should().Be(new WsmqQueueTotals { Stored = 1, FailedAttempts = 2, DeadLettered = 1 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_is_removed_under_a_lease_cancels_the_token_of_its_handler_at_once_and_its_result_is_refused(bool withItsQueue)
    {
        var (began, told, goOn) = (new TaskCompletionSource(), new TaskCompletionSource<WsmqException?>(), new TaskCompletionSource());
        var (sender, queues) = await StartAsync(async (job, cancellationToken) =>
        {
            if (job.Body.Number > 1)
                return;
            began.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            told.SetResult((await Record.ExceptionAsync(() => job.ReportProgressAsync(1, CancellationToken.None))) as WsmqException);
            await goOn.Task;
        });
        var position = await SendAsync(sender, Queue, 1);
        await began.Task.WaitAsync(TimeSpan.FromSeconds(90));

        (withItsQueue ? await queues.DeleteAsync(Queue) == 1 : await queues.CancelAsync(Queue, position)).Should().BeTrue();

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(90)))!.Error.Should().Be(WsmqErrors.LeaseLost);
        goOn.SetResult();
        await SendAsync(sender, Queue, 2);
        await CompletedAsync(queues, Queue, 1);
        (await queues.StatusAsync(Queue, position)).Outcome!.End.Should().Be(WsmqJobEnd.Removed);
        (await queues.InfoAsync(Queue)).Totals.Should().Be(new WsmqQueueTotals { Stored = 2, Completed = 1, Removed = 1 });
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        _kept.Reverse();
        foreach (var one in _kept)
            await one.DisposeAsync();
    }

    private static async Task<WsmqPosition> SendAsync(TestNode sender, string queue, int number) =>
        WsmqPosition.Parse((await sender.Publisher.SendAsync(WsmqAddress.Work(queue), new Step(number))).Position);

    private static Task CompletedAsync(IWsmqQueues queues, string queue, int jobs) =>
        Eventually.That($"{jobs} jobs are completed", async () => (await queues.InfoAsync(queue)).Totals.Completed == jobs);

    /// <summary>Starts a worker with one job at a time; returns the node of the sender.</summary>
    private async Task<(TestNode Sender, IWsmqQueues Queues)> StartAsync(
        Func<WsmqJob<Step>, CancellationToken, Task> handle)
    {
        _script.Handle = handle;
        var node = Keep(await NodeAsync(IsInApp));
        var sender = HasNodes ? Keep(await NodeAsync(works: false)) : node;
        if (!IsInApp)
        {
            var client = Keep(new WsmqClient(node.Hub, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For("worker"))));
            client.Work<Step>(Queue, handle, o => o.Concurrency = 1);
            client.Work<Step>(Forgetful, handle);
            await client.StartAsync();
        }

        return (sender, sender.Services.GetRequiredService<IWsmqQueues>());
    }

    private Task<TestNode> NodeAsync(bool works) => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.Services.AddSingleton(_script).AddSingleton<IWsmqAuthorizer>(new Everybody());
        builder.AddQueue(Queue, q => (q.Lease, q.MaxAttempts, q.MinBackoff, q.MaxBackoff) = (Lease, 2, TimeSpan.Zero, TimeSpan.Zero));
        builder.AddQueue(Forgetful, q => q.OutcomeRetention = TimeSpan.Zero);
        if (works)
            builder.AddWorker<Step, Scripted>(Queue, w => w.Concurrency = 1).AddWorker<Step, Scripted>(Forgetful);
    });

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _kept.Add(one);
        return one;
    }

    [WsmqMessageType("step")]
    internal sealed record Step(int Number);

    internal sealed record Percent(int Done, string Text);

    internal sealed class Script
    {
        public Func<WsmqJob<Step>, CancellationToken, Task> Handle { get; set; } = (_, _) => throw new InvalidOperationException("no script");
    }

    internal sealed class Scripted(Script script) : IWsmqJobHandler<Step>
    {
        public Task HandleAsync(WsmqJob<Step> job, CancellationToken cancellationToken) => script.Handle(job, cancellationToken);
    }

    private sealed class Everybody : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);
    }
}
