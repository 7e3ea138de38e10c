using System.Collections.Concurrent;

namespace Wsmq.Tests.Workers;

/// <summary>What workers do that only have a connection to a node; one derived class for each store.</summary>
public abstract class ClientWorkerContract : WorkerContract
{
    private protected override WorkerKind Kind => WorkerKind.Client;

    [Fact]
    public async Task A_job_that_one_client_sends_is_handled_by_another_one_with_its_body_and_metadata()
    {
        await using var worker = await Kind.StartAsync(Setup());
        await using var sender = await ClientWorkerKind.SenderAsync(worker.Node);
        await sender.SendAsync(WorkerSetup.Queue, new Resize("a.png"), new WsmqSendOptions { Id = "m1", CorrelationId = "c1", Key = "k" });

        await worker.CompletedAsync(1);
        var job = Script.Jobs.Should().ContainSingle().Subject;
        (job.Body.File, job.Id, job.CorrelationId, job.Sender).Should().Be(("a.png", "m1", "c1", "carol"));
    }

    [Fact]
    public async Task Two_workers_share_the_jobs_and_each_job_is_handled_once()
    {
        await using var first = await Kind.StartAsync(Setup());
        await using var second = await ClientWorkerKind.ConnectAsync(Setup(), first.Node.Hub);
        Script.Handle = async (_, _) => await Task.Yield();
        for (var i = 0; i < 300; i++)
            await first.SendAsync(new Resize($"{i}"));

        await first.CompletedAsync(300);
        Script.Files.Should().OnlyHaveUniqueItems().And.HaveCount(300);
        (await first.InfoAsync()).Totals.LostLeases.Should().Be(0);
    }

    [Fact]
    public async Task A_job_outlives_its_connection_and_completes_over_the_next_one()
    {
        await using var node = await Setup().StartNodeAsync();
        await using var proxy = new TcpProxy(node.Node.Hub);
        var go = HoldJobs();
        await using var worker = await ClientWorkerKind.ConnectAsync(Setup(), proxy.Hub);
        await BeginFirstOfTwoAsync(node);
        var lost = new TaskCompletionSource();
        worker.StateChanged += (_, e) => _ = e.Current == WsmqClientState.Connected ? lost.TrySetResult() : false;
        proxy.Cut();
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(90));
        (await node.InfoAsync()).Leased.Should().Be(1);
        go.SetResult();

        await node.CompletedAsync(2);
        BothOnce();
    }

    [Fact]
    public async Task A_job_whose_node_stops_completes_over_the_next_node()
    {
        await using var first = await Setup().StartNodeAsync();
        await using var proxy = new TcpProxy(first.Node.Hub);
        var go = HoldJobs();
        await using var worker = await ClientWorkerKind.ConnectAsync(Setup(), proxy.Hub);
        await BeginFirstOfTwoAsync(first);
        await first.StopAsync();
        await using var next = await Setup().StartNodeAsync();
        proxy.PointTo(next.Node.Hub);
        var held = await next.InfoAsync();
        go.SetResult();

        await next.CompletedAsync(2);
        (held.Leased, held.Ready).Should().Be((1, 1));
        BothOnce();
    }

    [Fact]
    public async Task A_worker_that_is_not_allowed_is_told_so_and_gets_nothing()
    {
        await using var node = await Setup().StartNodeAsync();
        var errors = new ConcurrentQueue<WsmqErrorEventArgs>();
        await using var worker = ClientWorkerKind.New(node.Node.Hub, WorkersOnly.Stranger);
        worker.Error += (_, e) => errors.Enqueue(e);
        worker.Work<Resize>(WorkerSetup.QueueName, (_, _) => Task.CompletedTask);
        worker.Work<Resize>("unknown", (_, _) => Task.CompletedTask);
        await worker.StartAsync();
        await node.SendAsync(new Resize("1"));

        await Eventually.That("both refusals arrive", () => errors.Count == 2);
        errors.Select(e => ((WsmqException)e.Exception).Error).Should().BeEquivalentTo([WsmqErrors.WorkNotAllowed, WsmqErrors.UnknownQueue]);
        (await node.InfoAsync()).Ready.Should().Be(1);
    }

    private WorkerSetup Setup() => new(UseStore, Script)
    {
        OfQueue = q => q.Lease = TimeSpan.FromSeconds(20), OfWorker = w => w.Concurrency = 1,
    };

    private TaskCompletionSource HoldJobs()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Handle = (_, _) => go.Task;
        return go;
    }

    private async Task BeginFirstOfTwoAsync(WorkerNode node)
    {
        await node.SendAsync(new Resize("1"));
        await node.SendAsync(new Resize("2"));
        await Eventually.That("it has begun", () => Script.Jobs.Count == 1);
    }

    private void BothOnce() =>
        Script.Jobs.Select(j => (j.Body.File, j.Attempt, j.LostLeases)).Should().Equal(("1", 1, 0), ("2", 1, 0));
}
