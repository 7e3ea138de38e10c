namespace Wsmq;

/// <summary>The options of a recurring job: when it runs, and what happens to runs that were missed or overlap.</summary>
public sealed class WsmqRecurringOptions
{
    /// <summary>
    /// The time zone of the cron expression, an IANA name (<c>Europe/Berlin</c>) or a Windows name (<c>W. Europe Standard Time</c>). Default
    /// <c>UTC</c>. A zone that this machine does not know is refused when the recurring job is added.
    /// </summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>What happens after occurrences were missed. Default <see cref="WsmqMissedRuns.One"/>.</summary>
    public WsmqMissedRuns Missed { get; set; } = WsmqMissedRuns.One;

    /// <summary>With <see cref="WsmqMissedRuns.All"/>: the most occurrences that run late, the newest ones. Default 100; 1 to 1,000.</summary>
    public int MaxMissed { get; set; } = 100;

    /// <summary>
    /// Whether an occurrence is skipped while the job of an earlier one waits or is worked on. Skipped occurrences are logged and counted.
    /// Default false.
    /// </summary>
    public bool NeverOverlaps { get; set; }

    /// <summary>The key of the jobs, see <see cref="WsmqSendOptions.Key"/>. Default: none.</summary>
    public string? Key { get; set; }

    /// <summary>The priority of the jobs. Default: <see cref="WsmqJobPriority.Normal"/>.</summary>
    public WsmqJobPriority? Priority { get; set; }

    /// <summary>How long a job may wait from its storing, see <see cref="WsmqSendOptions.TimeToLive"/>. Default: without a limit.</summary>
    public TimeSpan? TimeToLive { get; set; }
}
