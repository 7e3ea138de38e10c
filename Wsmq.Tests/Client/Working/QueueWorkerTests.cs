using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client.Working;

/// <summary>What a worker calls, on a scripted server: its credit, and the ends of attempts that get no answer.</summary>
public sealed class QueueWorkerTests : ClientTest
{
    private const string Token = "00000000000000ff";

    private readonly ConcurrentQueue<string> _begun = new();
    private readonly RecordedLogs _logs = new();
    private LoggerFactory? _loggers;

    [Fact]
    public async Task Jobs_that_began_on_an_earlier_connection_count_against_the_credit_until_they_end()
    {
        var go = new TaskCompletionSource();
        await WorkAsync(go.Task);
        await Server.Everyone.Job(Job(1));
        await Eventually.That("it has begun", () => _begun.Count == 1);
        Script.AbortAll();
        await Eventually.That("the client asks and extends on the next connection", () => Script.Credits.Count == 2 && Script.JobCalls.Count == 1);
        go.SetResult();

        await Eventually.That("the credit is whole again", () => Script.Credits.Count == 3);
        Script.Credits.Select(c => c.Credit).Should().Equal(4, 3, 4);
        Script.JobCalls.Should().Equal(("Extend", Position(1), Token), ("Complete", Position(1), Token));
    }

    [Fact]
    public async Task A_completion_without_an_answer_is_repeated_and_a_lost_lease_is_then_no_surprise()
    {
        Script.OnJobCall = (method, context) =>
        {
            if (method != "Complete")
                return Task.CompletedTask;
            if (Completed.Count() > 1)
                throw new HubException(new WsmqException(WsmqErrors.LeaseLost).Message);
            context.Abort();
            return Task.CompletedTask;
        };
        await WorkAsync(Task.CompletedTask);
        await Server.Everyone.Job(Job(1));
        await Eventually.That("the completion is repeated", () => Completed.Count() == 2);
        Script.OnJobCall = (_, _) => Task.CompletedTask;
        await Server.Everyone.Job(Job(2));

        await Eventually.That("the next job is completed", () => Completed.Count() == 3);
        Completed.Should().Equal(Position(1), Position(1), Position(2));
        _logs.All.Should().NotContain(m => m.Contains("The lease of job", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lease_that_is_lost_is_logged()
    {
        Script.OnJobCall = (_, _) => throw new HubException(new WsmqException(WsmqErrors.LeaseLost).Message);
        await WorkAsync(Task.CompletedTask);
        await Server.Everyone.Job(Job(1));

        await Eventually.That("it is logged", () => _logs.All.Any(m => m.Contains("The lease of job", StringComparison.Ordinal)));
        Script.JobCalls.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_handler_that_throws_is_reported_to_the_app_and_its_attempt_ends_as_a_retry()
    {
        await WorkAsync(Task.FromException(new InvalidOperationException("broken")));
        await Server.Everyone.Job(Job(1));

        await Eventually.That("the attempt has ended", () => !Script.JobCalls.IsEmpty);
        Script.JobCalls.Should().Equal(("Retry", Position(1), Token));
        Errors.Should().ContainSingle().Which.Should().Match<WsmqErrorEventArgs>(
            e => e.Operation == WsmqClientOperation.Work && e.Exception is InvalidOperationException && e.Delivery!.Id == "1");
    }

    [Fact]
    public async Task A_malformed_job_is_reported_and_harms_nothing()
    {
        await WorkAsync(Task.CompletedTask);
        var (odd, foreign) = (Job(1).Message with { Position = "x" }, Job(1).Message with { Source = "work:other" });
        await Server.Everyone.Job(Job(1) with { Message = odd });
        await Server.Everyone.JobMany([Job(2), Job(3) with { Message = odd }, Job(4) with { Message = foreign }, Job(5)]);

        await Eventually.That("the good ones are completed, and the others reported", () => Completed.Count() == 2 && Errors.Count == 3);
        Completed.Should().BeEquivalentTo(Position(2), Position(5));
        Errors.Should().HaveCount(3).And.OnlyContain(e => e.Operation == WsmqClientOperation.Protocol);
    }

    [Fact]
    public async Task Mistakes_of_registering_are_refused_at_once()
    {
        static Task Handle(WsmqJob<Line> job, CancellationToken cancellationToken) => Task.CompletedTask;

        Client.Work<Line>("jobs", Handle);
        FluentActions.Invoking(() => Client.Work<Line>("jobs", Handle)).Should().Throw<InvalidOperationException>().WithMessage("*Line*already*");
        FluentActions.Invoking(() => Client.Work<Line>("other", Handle, o => o.Concurrency = 0)).Should().Throw<ArgumentException>().WithMessage("*Concurrency*");
        FluentActions.Invoking(() => Client.Work<Line>("", Handle)).Should().Throw<WsmqException>();
        await Client.StartAsync();
        FluentActions.Invoking(() => Client.Work<Line>("late", Handle)).Should().Throw<InvalidOperationException>().WithMessage("*before StartAsync*");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _loggers?.Dispose();
    }

    private protected override void Configure(WsmqClientOptions options) =>
        options.LoggerFactory = _loggers = new LoggerFactory([_logs], new LoggerFilterOptions { MinLevel = LogLevel.Warning });

    private IEnumerable<string> Completed => Script.JobCalls.Where(c => c.Method == "Complete").Select(c => c.Position);

    private static string Position(int number) => $"{number:D16}";

    private static WsmqJobDelivery Job(int number) => new()
    {
        Token = Token,
        Lease = 60_000,
        Attempt = 1,
        Message = new WsmqDelivery
        {
            Source = "work:jobs", Position = Position(number), Previous = WsmqPosition.Start.ToString(), Id = $"{number}", Type = "job", Body = WsmqJsonBody.Parse("{}"),
        },
    };

    private async Task WorkAsync(Task go)
    {
        Client.WorkAny(
            "jobs",
            (job, _) =>
            {
                _begun.Enqueue(job.Id);
                return go;
            },
            o => o.Concurrency = 4);
        await Client.StartAsync();
        await Eventually.That("the client has asked", () => !Script.Credits.IsEmpty);
    }
}
