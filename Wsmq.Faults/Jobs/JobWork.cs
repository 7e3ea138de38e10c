using System.Globalization;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Jobs;

/// <summary>An attempt at a job, as its worker knows it.</summary>
internal sealed record JobAttempt(string Id, string Position, int Number, int LostLeases)
{
    public static JobAttempt Of(WsmqJob job) => new(job.Id, job.Position.ToString(), job.Attempt, job.LostLeases);

    public static JobAttempt Of(WsmqJobDelivery job) => new(job.Message.Id, job.Message.Position, job.Attempt, job.LostLeases);
}

/// <summary>How a handler ends an attempt.</summary>
internal enum JobEnd
{
    Returns,
    Throws,

    /// <summary>A retry that does not count.</summary>
    Uncounted,
    Rejects,
}

/// <summary>
/// What every handler does, whatever its worker: reports the beginning of the attempt, takes a while, reports how it ends, and ends it.
/// </summary>
/// <param name="worker">The name of the worker.</param>
/// <param name="lease">The duration of a lease: some handlers take longer.</param>
/// <param name="report">Adds an event to the history of the run; returns once it is there.</param>
internal sealed class JobWork(string worker, TimeSpan lease, Func<HistoryEvent, Task> report)
{
    public const string Rejection = "the campaign rejects some jobs";

    /// <summary>The delay of a retry that does not count.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(300);

    /// <summary>Handles a job of the wsmq client, or of a worker in the app.</summary>
    /// <param name="job">The job.</param>
    /// <param name="end">The token of the handler.</param>
    /// <param name="stopping">The process stops: then the job is handed back.</param>
    public async Task HandleAsync(WsmqJob job, CancellationToken end, CancellationToken stopping = default)
    {
        switch (await RunAsync(JobAttempt.Of(job), end, stopping))
        {
            case JobEnd.Throws:
                throw new InvalidOperationException("The handler throws on some jobs.");
            case JobEnd.Uncounted:
                job.Retry(Busy, counts: false, reason: "busy");
                break;
            case JobEnd.Rejects:
                job.Reject(Rejection);
                break;
        }
    }

    /// <summary>Works on a job; returns how the worker has to end the attempt. Throws if the token is cancelled.</summary>
    public async Task<JobEnd> RunAsync(JobAttempt job, CancellationToken end, CancellationToken stopping = default)
    {
        var began = new HistoryEvent
        {
            Kind = EventKind.JobBegan, Device = worker, Id = job.Id, Position = job.Position, Attempts = job.Number, LostLeases = job.LostLeases,
            Run = Guid.NewGuid().ToString("N"),
        };
        await report(began);
        var number = long.Parse(job.Position, CultureInfo.InvariantCulture);
        try
        {
            await Task.Delay(DurationOf(number), end);
        }
        catch (OperationCanceledException)
        {
            await report(HandedBack());
            throw;
        }

        var how = EndOf(number, job.Number);
        await report(began with { Kind = KindOf(how) });
        if (how == JobEnd.Throws && end.IsCancellationRequested)
        {
            // While the report was on its way: whatever a handler throws then, its worker hands back.
            await report(HandedBack());
            end.ThrowIfCancellationRequested();
        }

        return how;

        HistoryEvent HandedBack() => began with { Kind = stopping.IsCancellationRequested ? EventKind.JobUncounted : EventKind.JobLeaseLost };
    }

    private TimeSpan DurationOf(long number) =>
        number / 100 % 40 == 0 ? lease * 1.3 : TimeSpan.FromMilliseconds(number / 100 % 200);

    // Some jobs fail until their attempts are used up, others twice at most.
    private static JobEnd EndOf(long number, int attempt) => (number % 100) switch
    {
        0 => JobEnd.Rejects,
        1 => JobEnd.Throws,
        < 8 when attempt <= 2 => JobEnd.Throws,
        < 12 when Random.Shared.Next(2) == 0 => JobEnd.Uncounted,
        _ => JobEnd.Returns,
    };

    private static string KindOf(JobEnd end) => end switch
    {
        JobEnd.Throws => EventKind.JobThrew,
        JobEnd.Uncounted => EventKind.JobUncounted,
        JobEnd.Rejects => EventKind.JobRejected,
        _ => EventKind.JobReturned,
    };
}
