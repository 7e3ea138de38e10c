using System.Text.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>Queues and jobs as operators see them.</summary>
internal static class JobViews
{
    public static WsmqQueueInfo Of(WsmqAddress queue, QueueInfo info) => new()
    {
        Queue = queue,
        IsPaused = info.IsPaused,
        Ready = info.Ready,
        Delayed = info.Delayed,
        Leased = info.Leased,
        Retrying = info.Retrying,
        Blocked = info.Blocked,
        Dead = info.Dead,
        Bytes = info.Bytes,

        // The clock may have stepped back since.
        OldestReadyAge = info.OldestReady is { } since ? TimeSpan.FromMicroseconds(Math.Max(0, info.Now - since)) : null,
        Totals = new WsmqQueueTotals
        {
            Stored = info.Totals.Stored,
            Completed = info.Totals.Completed,
            FailedAttempts = info.Totals.FailedAttempts,
            LostLeases = info.Totals.LostLeases,
            DeadLettered = info.Totals.DeadLettered,
            DeadLettersRemoved = info.Totals.DeadLettersRemoved,
            Removed = info.Totals.Removed,
        },
    };

    public static WsmqJobStatus Of(WsmqAddress queue, JobStatus status) => new()
    {
        Job = status.Job is { } job ? Of(queue, job) : null,
        Outcome = status.Outcome is { } outcome ? Of(outcome) : status.Job is { DeadReason: { } reason } dead ? Of(dead, reason) : null,
        HasEnded = status.HasEnded,
    };

    public static WsmqJobInfo Of(WsmqAddress queue, StoredJob job) => new()
    {
        Position = job.Job,
        State = (WsmqJobState)job.State,
        Time = TimeOf(job.At),
        Priority = (WsmqJobPriority)job.Priority,
        Key = TextOf(job.Key),
        UniqueId = TextOf(job.Unique),
        Expires = job.Ends > 0 ? TimeOf(job.Ends) : null,
        FailedAttempts = job.FailedAttempts,
        LostLeases = job.LostLeases,
        Worker = TextOf(job.Consumer),
        Progress = JobMessage.ProgressOf(job.Progress),
        DeadReason = (WsmqDeadReason?)job.DeadReason,
        Reason = TextOf(job.Text),
        Message = MessageOf(queue, job),
    };

    /// <summary>Null if the content was not asked for, or is corrupt.</summary>
    public static WsmqDelivery? MessageOf(WsmqAddress queue, StoredJob job)
    {
        if (job.Content is not { } content)
            return null;
        try
        {
            return JobMessage.Of(queue, job.Job, content.Metadata, content.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static WsmqJobOutcome Of(JobOutcome outcome) => new()
    {
        End = (WsmqJobEnd)outcome.End,
        Time = TimeOf(outcome.At),
        Reason = TextOf(outcome.Text),
        Progress = JobMessage.ProgressOf(outcome.Progress),
    };

    // A dead letter is usually kept for longer than its outcome.
    private static WsmqJobOutcome Of(StoredJob dead, DeadReason reason) => new()
    {
        End = (WsmqJobEnd)reason.ToEnd(),
        Time = TimeOf(dead.At),
        Reason = TextOf(dead.Text),
    };

    private static string? TextOf(string text) => text.Length > 0 ? text : null;

    private static DateTimeOffset TimeOf(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);
}
