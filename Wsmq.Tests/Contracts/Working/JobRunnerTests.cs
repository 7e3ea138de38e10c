using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Wsmq.Tests.Contracts;

/// <summary>What every worker of .NET does, without a node.</summary>
public sealed class JobRunnerTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ScriptedLine _line = new();
    private readonly RecordedReports _reports = new();
    private readonly WsmqWorkOptions _options = new() { Concurrency = 1, StopTimeout = TimeSpan.Zero };
    private JobRunner _runner = null!;
    private Func<WsmqJob, CancellationToken, Task> _handle = (_, _) => Task.CompletedTask;
    private int _given;

    public Task InitializeAsync()
    {
        JobHandler[] handlers =
        [
            new Known("known", (job, cancellationToken) => _handle(job, cancellationToken)),
            new RequestJobHandler(new Refusing("refused", new WsmqRequestException("sold-out"))),
            new RequestJobHandler(new Refusing("unreadable", new UnreadableRequestException(new FormatException()))),
        ];
        _runner = new JobRunner("tests", handlers, _options, _line, _reports, _time);
        _runner.Start();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _runner.StopAsync();

    [Fact]
    public async Task A_handler_may_wait_synchronously_for_a_task_that_continues_on_its_own_threads()
    {
        _handle = (_, cancellationToken) =>
        {
            PausesAsync().Wait(cancellationToken);
            return Task.CompletedTask;

            static async Task PausesAsync()
            {
                await Task.Yield();
                await Task.Yield();
            }
        };
        Give();

        await SettledAsync(SettlementKind.Complete);
    }

    [Fact]
    public async Task A_callback_on_the_token_that_throws_harms_nothing()
    {
        _line.Extend = _ => Task.FromResult(false);
        var begun = new TaskCompletionSource();
        _handle = async (_, cancellationToken) =>
        {
            cancellationToken.Register(() => throw new InvalidOperationException("in a callback"));
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        Give();

        // A job whose lease is lost before its handler begins is handed back without it.
        await begun.Task;
        await PassAsync("the callback has thrown", Lease / 3, () => _reports.All.Contains("unexpected"));
        await SettledAsync(SettlementKind.HandBack);
        _handle = (_, _) => Task.CompletedTask;
        _line.Extend = _ => Task.FromResult(true);
        Give();

        await SettledAsync(SettlementKind.HandBack, SettlementKind.Complete);
    }

    [Fact]
    public async Task Without_an_answer_a_lease_is_lost_by_the_count_of_its_worker_and_the_handler_is_told()
    {
        _line.Extend = _ => new TaskCompletionSource<bool>().Task;
        var begun = new TaskCompletionSource();
        _handle = (_, cancellationToken) =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        };
        Give();
        await begun.Task;
        _time.Advance(Lease - TimeSpan.FromMilliseconds(1));
        var before = _line.Settled.Count;
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await SettledAsync(SettlementKind.HandBack);
        before.Should().Be(0);
        _reports.All.Should().Contain("lost");
    }

    [Fact]
    public async Task Extensions_that_begin_late_are_reported_with_their_probable_cause()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _handle = (_, _) =>
        {
            begun.TrySetResult();
            return go.Task;
        };
        Give();
        await begun.Task;

        await PassAsync("it is reported", Lease * 0.7, () => _reports.All.Contains("late"));
        go.SetResult();
        await SettledAsync(SettlementKind.Complete);
    }

    [Fact]
    public async Task A_job_that_nobody_has_requested_is_rejected_when_the_handler_of_requests_refuses_it()
    {
        Give("refused");
        await SettledAsync(SettlementKind.Reject);
        Give("unreadable");
        await SettledAsync(SettlementKind.Reject, SettlementKind.Reject);

        _line.Settled.Select(s => s.Reason).Should().Equal("sold-out", WsmqRequestException.InvalidRequest);
        _reports.All.Where(r => r != "late").Should().Equal("unreadable");
    }

    [Fact]
    public async Task An_unknown_type_is_reported_once_and_handed_back_with_a_delay_until_its_time_is_over()
    {
        Give("crop");
        Give("crop");
        Give("scale", sentAt: _time.GetUtcNow() - (_options.UnknownTypeTimeout * 2));
        await Eventually.That("all are settled", () => _line.Settled.Count == 3);
        var first = _line.Settled.ToArray();
        _time.Advance(_options.UnknownTypeTimeout);
        Give("crop", sentAt: _time.GetUtcNow() - _options.UnknownTypeTimeout);
        await Eventually.That("it is settled", () => _line.Settled.Count == 4);

        first.Should().OnlyContain(s => s.Kind == SettlementKind.Retry && !s.Counts && s.Reason == WsmqNackReasons.NoHandler
            && s.Delay == _options.UnknownTypeDelay.TotalMicroseconds);
        (_line.Settled.Last().Kind, _line.Settled.Last().Reason).Should().Be((SettlementKind.Reject, WsmqNackReasons.NoHandler));

        // The clock of the test may also advance while the loop of extensions sleeps, which that reports as late.
        _reports.All.Where(r => r != "late").Should().BeEquivalentTo("unknown crop", "unknown scale");
    }

    private void Give(string type = "known", DateTimeOffset? sentAt = null)
    {
        var position = new WsmqPosition(++_given);
        var message = new WsmqDelivery
        {
            Source = "work:jobs", Position = position.ToString(), Previous = WsmqPosition.Start.ToString(), Id = $"{_given}", Type = type,
            SentAt = (sentAt ?? _time.GetUtcNow()).ToUnixTimeMilliseconds(), Body = WsmqJsonBody.Parse("{}"),
        };
        var job = new GivenJob(new JobLease(position, "0123456789abcdef"), Lease, 1, 0, _time.GetUtcNow(), () => message);
        _runner.Give([(job, _time.GetTimestamp())]).Should().Be(1);
    }

    private async Task SettledAsync(params SettlementKind[] kinds)
    {
        await Eventually.That($"{kinds.Length} attempts have ended", () => _line.Settled.Count >= kinds.Length);
        _line.Settled.Select(s => s.Kind).Should().Equal(kinds);
    }

    // In steps, because the runner may not have begun to wait.
    private Task PassAsync(string reason, TimeSpan step, Func<bool> condition) => Eventually.That(reason, () =>
    {
        if (condition())
            return true;
        _time.Advance(step);
        return false;
    });

    private sealed class Refusing(string type, Exception reason) : RequestHandler(type)
    {
        public override Task<WsmqOutgoingMessage> HandleAsync(WsmqIncomingRequest request, CancellationToken cancellationToken) =>
            Task.FromException<WsmqOutgoingMessage>(reason);
    }

    private sealed class Known(string type, Func<WsmqJob, CancellationToken, Task> handle) : JobHandler(type)
    {
        public override Func<CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, GivenJob job, ProgressReporter progress) => async cancellationToken =>
        {
            await handle(new WsmqJob(message, job.Attempt), cancellationToken);
            return null;
        };
    }

    private sealed class ScriptedLine : IJobLine
    {
        public Func<JobLease, Task<bool>> Extend { get; set; } = _ => Task.FromResult(true);

        public ConcurrentQueue<Settlement> Settled { get; } = new();

        public Task<bool> ExtendAsync(JobLease lease) => Extend(lease);

        public Task<bool> ReportProgressAsync(JobLease lease, WsmqJsonBody progress, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<SettleAnswer> SettleAsync(Settlement settlement, CancellationToken over)
        {
            Settled.Enqueue(settlement);
            return Task.FromResult(SettleAnswer.Done);
        }

        public TimeSpan NotSettled(Settlement settlement, Exception exception, int failures) => throw exception;

        public void Released(JobLease lease)
        {
        }
    }

    private sealed class RecordedReports : IJobReports
    {
        public ConcurrentQueue<string> All { get; } = new();

        public void TypeUnknown(string type) => All.Enqueue($"unknown {type}");

        public void Unreadable(GivenJob job, Exception exception) => All.Enqueue("unreadable");

        public void Failed(GivenJob job, Exception exception) => All.Enqueue("failed");

        public void Lost(GivenJob job) => All.Enqueue("lost");

        public void Cancelled(GivenJob job) => All.Enqueue("cancelled");

        public void NotExtended(GivenJob job, Exception exception) => All.Enqueue("not extended");

        public void Late(TimeSpan by) => All.Enqueue("late");

        public void Left(int handlers) => All.Enqueue("left");

        public void Unexpected(Exception exception) => All.Enqueue("unexpected");
    }
}
