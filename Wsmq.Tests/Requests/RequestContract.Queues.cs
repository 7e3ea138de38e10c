using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Requests;

// To work queues.
public abstract partial class RequestContract
{
    private const string Thumbs = "work:thumbs";

    [Fact]
    public async Task A_request_to_a_queue_is_a_job_and_gets_the_reply_with_which_it_is_completed()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs);

        var asked = AskAsync(alice, Thumbs);
        var job = await bob.GetsJobAsync();
        (await bob.CompleteWithAsync(job, new { n = 2 })).Should().BeTrue();

        var reply = await asked;
        reply.Body!.Value.ToString().Should().Be("""{"n":2}""");
        reply.Responder.Should().Be("bob");
        job.Message.Sender.Should().Be("alice");
        await QueueIsEmptyAsync();
    }

    [Fact]
    public async Task A_worker_that_knows_nothing_of_requests_completes_one_without_a_body()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs);

        var asked = AskAsync(alice, Thumbs);
        await bob.CallAsync("Complete", await bob.GetsJobAsync());

        var reply = await asked;
        (reply.Type, reply.Body ?? default).Should().Be((null, default(WsmqJsonBody)));
    }

    [Fact]
    public async Task A_refused_job_and_one_whose_attempts_are_used_up_fail_the_request_and_leave_no_dead_letter()
    {
        await StartAsync(o => o.Queues["thumbs"] = new WsmqQueueOptions { MaxAttempts = 1 });
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs);

        var refused = AskAsync(alice, Thumbs);
        var job = await bob.GetsJobAsync();
        await bob.CallAsync("RefuseJob", job, job.Message.Headers![WsmqRequestHeaders.Request], "no-such-picture", null);
        await FailsAsync(refused, WsmqErrors.RequestFailed, "no-such-picture");

        var rejected = AskAsync(alice, Thumbs);
        await bob.CallAsync("Reject", await bob.GetsJobAsync(2), "broken");
        await FailsAsync(rejected, WsmqErrors.RequestFailed, "job-dead-lettered");

        var retried = AskAsync(alice, Thumbs);
        await bob.CallAsync("Retry", await bob.GetsJobAsync(3), new WsmqRetry { Reason = "again" });
        await FailsAsync(retried, WsmqErrors.RequestFailed, "job-dead-lettered");
        await QueueIsEmptyAsync();
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_while_the_request_waits()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs);

        var asked = AskAsync(alice, Thumbs);
        await bob.CallAsync("Retry", await bob.GetsJobAsync(), new WsmqRetry { Delay = 0 });
        await bob.CompleteWithAsync(await bob.GetsJobAsync(2), 1);

        (await asked).Body!.Value.ToString().Should().Be("1");
    }

    [Fact]
    public async Task Without_a_worker_a_request_to_a_queue_fails_at_once_and_stores_nothing()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await FailsAsync(AskAsync(alice, Thumbs), WsmqErrors.NoResponder, "no worker of the queue is connected");
        await bob.WorkAsync(Thumbs);
        await bob.WorkAsync(Thumbs, 0);

        await Eventually.That("the answers of the nodes are new ones", async () =>
        {
            await FailsAsync(AskAsync(alice, Thumbs), WsmqErrors.NoResponder);
            return true;
        });
        await QueueIsEmptyAsync();
    }

    [Fact]
    public async Task A_job_ends_with_its_request_and_its_worker_is_told()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs, 1);

        var asked = AskAsync(alice, Thumbs, timeout: 1_000);
        var job = await bob.GetsJobAsync();
        await FailsAsync(asked, WsmqErrors.RequestTimeout);
        await Eventually.That("the worker is told", () => bob.CancelledJobs.Contains(job.Message.Position));
        await QueueIsEmptyAsync();

        // Its worker comes too late.
        await RefusedAsync(
            bob, WsmqErrors.LeaseLost, "CompleteWith", Thumbs, job.Message.Position, job.Token, job.Message.Headers![WsmqRequestHeaders.Request],
            new { body = 1 });
    }

    [Fact]
    public async Task A_job_that_no_worker_has_taken_when_its_request_ends_is_handled_by_nobody()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs, 1);

        var first = AskAsync(alice, Thumbs);
        var job = await bob.GetsJobAsync();
        await FailsAsync(AskAsync(alice, Thumbs, timeout: 1_000), WsmqErrors.RequestTimeout);
        await bob.CompleteWithAsync(job, 1);
        (await first).Body!.Value.ToString().Should().Be("1");
        await QueueIsEmptyAsync();

        var third = AskAsync(alice, Thumbs);
        await bob.CompleteWithAsync(await bob.GetsJobAsync(2), 3);
        (await third).Body!.Value.ToString().Should().Be("3");
        bob.Jobs.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_cancelled_request_cancels_its_job()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.WorkAsync(Thumbs);

        var asked = AskAsync(alice, Thumbs, id: "mine");
        var job = await bob.GetsJobAsync();
        await Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.InvokeAsync<bool>(alice.Connection, "CancelRequest", "mine");

        await FailsAsync(asked, WsmqErrors.RequestFailed, "cancelled");
        await Eventually.That("the worker is told", () => bob.CancelledJobs.Contains(job.Message.Position));
    }

    private Task QueueIsEmptyAsync() => Eventually.That("the queue is empty", async () =>
    {
        var info = await A.Services.GetRequiredService<IWsmqQueues>().InfoAsync("thumbs");
        return (info.Ready, info.Leased, info.Retrying, info.Dead, info.Bytes) == (0, 0, 0, 0, 0);
    });
}
