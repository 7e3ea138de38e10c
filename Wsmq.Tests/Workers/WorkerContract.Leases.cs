using Wsmq.Server.Declarations;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Workers;

// Leases, and the stop of a worker.
public abstract partial class WorkerContract
{
    [Fact]
    public async Task A_handler_whose_lease_is_lost_is_told_and_its_result_does_not_count()
    {
        await using var worker = await StartAsync(q => q.Lease = TimeSpan.FromSeconds(3), w => w.Concurrency = 1);
        var told = new TaskCompletionSource();
        var completed = new TaskCompletionSource<long>();
        Script.Handle = async (job, cancellationToken) =>
        {
            if (job.Body.File == "2")
            {
                completed.TrySetResult((await worker.InfoAsync()).Totals.Completed);
                return;
            }

            await worker.Jobs.RemoveAsync(WorkerSetup.Queue, [job.Position], evenLeased: true, new WsmqQueueOptions().ToRules(), default);
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => told.SetResult(), TaskScheduler.Default);
        };
        await worker.SendAsync(new Resize("1"));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(90));

        // The worker begins with it once it has ended the first one.
        await worker.SendAsync(new Resize("2"));
        (await completed.Task.WaitAsync(TimeSpan.FromSeconds(90))).Should().Be(0);
    }

    [Fact]
    public async Task A_running_job_keeps_its_lease_while_its_worker_stops_and_completes_and_no_other_begins()
    {
        var lease = TimeSpan.FromSeconds(9);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = await StartAsync(q => q.Lease = lease, w => w.Concurrency = 1);
        Script.Handle = (_, _) => go.Task;
        await worker.SendAsync(new Resize("1"));
        await worker.SendAsync(new Resize("2"));
        await Eventually.That("the first has begun", () => Script.Jobs.Count == 1);

        var stop = worker.StopAsync();
        var end = await LeaseEndAsync(worker);
        await Eventually.That("the lease is extended", async () => await LeaseEndAsync(worker) > end);
        go.SetResult();
        await stop;

        Script.Files.Should().Equal("1");
        await using var next = await StartAsync();
        await next.CompletedAsync(2);
        Script.Jobs.Select(j => (j.Body.File, j.Attempt, j.LostLeases)).Should().Equal(("1", 1, 0), ("2", 1, 0));
    }

    [Fact]
    public async Task A_job_that_outlives_the_stop_is_cancelled_and_handed_back_uncounted()
    {
        await using var worker = await StartAsync(work: w => w.StopTimeout = TimeSpan.FromMilliseconds(100));
        Script.Handle = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await worker.SendAsync(new Resize("1"));
        await Eventually.That("it has begun", () => Script.Jobs.Count == 1);
        await worker.StopAsync();
        Script.Handle = (_, _) => Task.CompletedTask;

        await using var next = await StartAsync();

        await next.CompletedAsync(1);
        Script.Jobs.Select(j => (j.Attempt, j.LostLeases)).Should().Equal((1, 0), (1, 0));
    }

    private static async Task<DateTimeOffset> LeaseEndAsync(WorkerNode worker) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds((await worker.ListAsync(JobState.Leased)).Single().At);
}
