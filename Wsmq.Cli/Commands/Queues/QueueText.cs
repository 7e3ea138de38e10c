using System.Globalization;
using System.Text.Json;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>Queues and jobs as one line each.</summary>
internal static class QueueText
{
    public static string Of(WsmqQueueInfo info)
    {
        var oldest = info.OldestReadyAge is { } age ? $" (oldest {Whole(age)})" : "";
        var paused = info.IsPaused ? "  PAUSED" : "";
        return Printable.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{info.Queue}  ready {info.Ready}{oldest}  delayed {info.Delayed}  leased {info.Leased}  retrying {info.Retrying}  blocked {info.Blocked}  dead {info.Dead}  bytes {info.Bytes}{paused}"));
    }

    /// <summary>What has happened in the queue since it was created, as a line below that of the queue.</summary>
    public static string Of(WsmqQueueTotals totals) => string.Create(
        CultureInfo.InvariantCulture,
        $"    in all  stored {totals.Stored}  completed {totals.Completed}  failed attempts {totals.FailedAttempts}  lost leases {totals.LostLeases}  dead-lettered {totals.DeadLettered}  dead letters removed over a limit {totals.DeadLettersRemoved}  removed {totals.Removed}");

    /// <summary>A job that is stored, or how it has ended.</summary>
    public static string Of(WsmqJobStatus status)
    {
        if (status.Outcome is not { } outcome)
            return Of(status.Job!);
        var parts = new List<string> { $"{Name(outcome.End)} {Moment.Text(outcome.Time)}" };
        Add(parts, "reason", outcome.Reason);
        Add(parts, "progress", outcome.Progress?.ToString());
        return Printable.Line(string.Join("  ", parts));
    }

    public static string Of(WsmqJobInfo job)
    {
        var parts = new List<string>
        {
            job.Position.ToString(),
            $"{job.State.ToString().ToLowerInvariant()} {Moment.Text(job.Time)}",
            job.Priority.ToString().ToLowerInvariant(),
        };
        Add(parts, "key", job.Key);
        Add(parts, "unique", job.UniqueId);
        Add(parts, "expires", job.Expires is { } end ? Moment.Text(end) : null);
        Add(parts, "failed", job.FailedAttempts > 0 ? Number(job.FailedAttempts) : null);
        Add(parts, "lost", job.LostLeases > 0 ? Number(job.LostLeases) : null);
        Add(parts, "worker", job.Worker);
        Add(parts, "progress", job.Progress?.ToString());
        Add(parts, "dead", job.DeadReason is { } reason ? Name(reason) : null);
        Add(parts, "reason", job.Reason);
        var line = Printable.Line(string.Join("  ", parts));
        return job.Message is { } message ? $"{line}\n    {new TextEventPrinter().Delivery(message)}" : line;
    }

    private static void Add(List<string> parts, string name, string? value)
    {
        if (value is not null)
            parts.Add($"{name} {value}");
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds));
}
