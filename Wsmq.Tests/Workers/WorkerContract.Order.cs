using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Workers;

// When jobs begin: their order, delays, a pause, the same unique id again.
public abstract partial class WorkerContract
{
    [Fact]
    public async Task Jobs_of_one_connection_begin_in_the_order_in_which_they_were_sent_also_those_that_are_due_at_the_same_moment()
    {
        const int ByWorker = 100;
        await using var worker = await StartAsync(work: w => w.Concurrency = 1);
        await using var sender = await ClientWorkerKind.SenderAsync(worker.Node);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Handle = (_, _) => Script.Jobs.Count == ByWorker ? go.Task : Task.CompletedTask;
        var dueAtOnce = Enumerable.Range(0, 10).Select(i => $"due {i}").ToArray();
        var others = Enumerable.Range(0, 1_000).Select(i => $"{i}").ToArray();
        var due = new WsmqSendOptions { NotBefore = DateTimeOffset.UtcNow.AddSeconds(1) };
        await Task.WhenAll([
            .. dueAtOnce.Select(file => sender.SendAsync(WorkerSetup.Queue, new Resize(file), due)),
            .. others.Select(file => sender.SendAsync(WorkerSetup.Queue, new Resize(file)))]);
        await Eventually.That("the worker is at its last job", () => Script.Jobs.Count == ByWorker);

        // The test is another worker, because one job at a time takes long.
        var begun = Script.Files.ToList();
        await Eventually.That("all are taken", async () =>
        {
            begun.AddRange(await worker.TakeAsync());
            return begun.Count == dueAtOnce.Length + others.Length;
        });
        go.SetResult();
        begun.Where(others.Contains).Should().Equal(others);
        begun.Where(dueAtOnce.Contains).Should().Equal(dueAtOnce);
    }

    [Fact]
    public async Task A_delay_of_months_lasts_and_no_job_begins_before_its_time()
    {
        await using var worker = await StartAsync();
        await using var sender = await ClientWorkerKind.SenderAsync(worker.Node);
        var begun = new ConcurrentQueue<(WsmqJob<Resize> Job, DateTimeOffset At)>();
        Script.Handle = (job, _) =>
        {
            begun.Enqueue((job, DateTimeOffset.UtcNow));
            return Task.CompletedTask;
        };
        Task<WsmqReceipt> Send(string file, WsmqSendOptions options) => sender.SendAsync(WorkerSetup.Queue, new Resize(file), options);
        foreach (var days in new[] { 25, 50, 400 })
            await Send("months", new WsmqSendOptions { Delay = TimeSpan.FromDays(days) });
        var tooLong = () => Send("too long", new WsmqSendOptions { Delay = TimeSpan.FromDays(401) });
        await Send("0", new WsmqSendOptions { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        var delays = Enumerable.Range(1, 20).Select(i => 37 * i).ToArray();
        foreach (var delay in delays)
            await Send($"{delay}", new WsmqSendOptions { Delay = TimeSpan.FromMilliseconds(delay) });

        await worker.CompletedAsync(delays.Length + 1);
        (await tooLong.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);
        begun.Select(b => b.Job.Body.File).Should().BeEquivalentTo(delays.Select(d => $"{d}").Prepend("0"));
        begun.Should().OnlyContain(b => b.At >= b.Job.Due && b.Job.Due >= b.Job.SentAt.AddMilliseconds(int.Parse(b.Job.Body.File, CultureInfo.InvariantCulture)));
        (await worker.InfoAsync()).Delayed.Should().Be(3);
    }

    [Fact]
    public async Task After_a_pause_no_job_begins_until_the_queue_is_resumed_and_what_runs_completes()
    {
        // A resumed queue must not wait for the tail check.
        await using var worker = await StartAsync(node: o => o.Delivery.TailCheckInterval = TimeSpan.FromHours(1));
        var queues = worker.Node.Services.GetRequiredService<IWsmqQueues>();
        for (var round = 1; round <= 10; round++)
        {
            var sending = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => worker.SendAsync(new Resize("a.png"))));
            await queues.PauseAsync(WorkerSetup.QueueName);
            var paused = await worker.InfoAsync();
            await sending;
            await Eventually.That("what runs completes", async () => (await worker.InfoAsync()).Leased == 0);
            var later = await worker.InfoAsync();

            later.Totals.Completed.Should().Be(paused.Totals.Completed + paused.Leased, "no lease was granted after the pause");
            (later.IsPaused, later.Ready).Should().Be((true, (20 * round) - later.Totals.Completed));
            await queues.ResumeAsync(WorkerSetup.QueueName);
            await worker.CompletedAsync(20 * round);
        }

        Script.Jobs.Should().HaveCount(200).And.OnlyContain(j => j.Attempt == 1 && j.LostLeases == 0);
    }

    [Fact]
    public async Task A_unique_id_is_taken_until_its_job_has_ended_and_free_right_after_it()
    {
        await using var worker = await StartAsync();
        await using var sender = await ClientWorkerKind.SenderAsync(worker.Node);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Handle = (_, _) => go.Task;
        Task<WsmqReceipt> Send(TimeSpan? delay = null) =>
            sender.SendAsync(WorkerSetup.Queue, new Resize("row 7"), new WsmqSendOptions { UniqueId = "row 7", Delay = delay });

        var first = await Send(TimeSpan.FromMilliseconds(300));
        var delayed = await Send();
        await Eventually.That("it has begun", () => Script.Jobs.Count == 1);
        var leased = await Send();
        go.SetResult();
        await worker.CompletedAsync(1);
        var second = await Send();

        await worker.CompletedAsync(2);
        new[] { delayed, leased }.Should().OnlyContain(r => r.Duplicate && r.UniqueIdTaken && r.Position == first.Position);
        (second.Duplicate, second.UniqueIdTaken).Should().Be((false, false));
        Script.Jobs.Should().HaveCount(2);
    }
}
