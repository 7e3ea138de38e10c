using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client.Working;

/// <summary>Progress and cancellation of jobs in the client, on a scripted server.</summary>
public sealed class JobProgressTests : ClientTest
{
    private static readonly string Position = $"{1:D16}";

    private readonly ConcurrentQueue<WsmqJob> _begun = new();

    [Fact]
    public async Task A_report_without_an_answer_is_repeated_over_the_next_connection()
    {
        Script.OnJobCall = (method, context) =>
        {
            if (method == "ReportProgress" && Calls("ReportProgress") == 1)
                context.Abort();
            return Task.CompletedTask;
        };
        await WorkAsync(async (job, cancellationToken) => await job.ReportProgressAsync(new { Done = 5 }, cancellationToken));

        await Eventually.That("the job is completed", () => Calls("Complete") == 1);
        Calls("ReportProgress").Should().Be(2);
        _begun.Single().Progress!.Value.ToString().Should().Be("""{"done":5}""");
    }

    [Fact]
    public async Task A_report_that_the_server_refuses_is_an_error_of_the_call_and_a_lost_lease_cancels_the_token()
    {
        WsmqError[] refusals = [WsmqErrors.WorkNotAllowed, WsmqErrors.LeaseLost];
        Script.OnJobCall = (method, _) => method == "ReportProgress"
            ? throw new HubException(new WsmqException(refusals[Calls(method) - 1]).Message)
            : Task.CompletedTask;
        var seen = new ConcurrentQueue<(WsmqError Error, bool IsCancelled)>();
        await WorkAsync(async (job, cancellationToken) =>
        {
            foreach (var _ in refusals)
            {
                var refusal = (WsmqException)(await Xunit.Record.ExceptionAsync(() => job.ReportProgressAsync(1, CancellationToken.None)))!;
                if (refusal.Error == WsmqErrors.LeaseLost)
                    await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
                seen.Enqueue((refusal.Error, cancellationToken.IsCancellationRequested));
            }
        });

        await Eventually.That("both are refused", () => seen.Count == 2);
        seen.Should().Equal((WsmqErrors.WorkNotAllowed, false), (WsmqErrors.LeaseLost, true));
    }

    [Fact]
    public async Task A_report_after_the_handler_has_returned_is_refused()
    {
        await WorkAsync((_, _) => Task.CompletedTask);
        await Eventually.That("the job is completed", () => Calls("Complete") == 1);
        Script.OnJobCall = (_, _) => throw new HubException(new WsmqException(WsmqErrors.LeaseLost).Message);

        var late = () => _begun.Single().ReportProgressAsync(1);
        (await late.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.LeaseLost);
    }

    [Fact]
    public async Task A_cancelled_job_cancels_the_token_of_its_handler_and_a_malformed_one_is_reported()
    {
        var cancelled = new TaskCompletionSource();
        await WorkAsync((_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default));
        await Eventually.That("it has begun", () => !_begun.IsEmpty);
        await Server.Everyone.JobCancelled("work:jobs", "x", Token);
        await Server.Everyone.JobCancelled("jobs", Position, Token);
        await Server.Everyone.JobCancelled("work:other", Position, Token);
        await Server.Everyone.JobCancelled("work:jobs", $"{2:D16}", Token);
        await Eventually.That("both are reported", () => Errors.Count == 2);
        cancelled.Task.IsCompleted.Should().BeFalse();
        await Server.Everyone.JobCancelled("work:jobs", Position, Token);

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(90));
        Errors.Should().HaveCount(2).And.OnlyContain(e => e.Operation == WsmqClientOperation.Protocol);
    }

    [Fact]
    public async Task A_job_that_a_test_creates_keeps_the_progress_that_is_reported_to_it()
    {
        var job = new WsmqJob(Message) { Progress = WsmqJsonBody.Parse("1") };
        var before = job.Progress;
        await job.ReportProgressAsync(2);

        (before!.Value.ToString(), job.Progress!.Value.ToString()).Should().Be(("1", "2"));
    }

    private const string Token = "00000000000000ff";

    private static WsmqDelivery Message => new()
    {
        Source = "work:jobs", Position = Position, Previous = WsmqPosition.Start.ToString(), Id = "1", Type = "job", Body = WsmqJsonBody.Parse("{}"),
    };

    private int Calls(string method) => Script.JobCalls.Count(c => c.Method == method);

    private async Task WorkAsync(Func<WsmqJob, CancellationToken, Task> handle)
    {
        Client.WorkAny("jobs", (job, cancellationToken) =>
        {
            _begun.Enqueue(job);
            return handle(job, cancellationToken);
        });
        await Client.StartAsync();
        await Eventually.That("the client has asked", () => !Script.Credits.IsEmpty);
        await Server.Everyone.Job(new WsmqJobDelivery { Token = Token, Lease = 60_000, Attempt = 1, Message = Message });
    }
}
