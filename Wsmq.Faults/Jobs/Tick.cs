using System.Globalization;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Jobs;

/// <summary>The body of the job of each occurrence of the recurring job.</summary>
[WsmqMessageType("tick")]
internal sealed record Tick
{
    public const string QueueName = "ticks";
    public const string Name = "tick";
    public const string Cron = "* * * * * *";

    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>The time from one occurrence to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>A time of an occurrence as the history has it.</summary>
    public static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reports in a node that the job has begun.</summary>
    internal sealed class Handler(JobReporter reporter) : IWsmqJobHandler<Tick>
    {
        public Task HandleAsync(WsmqJob<Tick> job, CancellationToken cancellationToken)
        {
            var time = job.Occurrence!.Value;
            return reporter.ReportAsync(new HistoryEvent
            {
                Kind = EventKind.Occurrence, Device = $"app/{Environment.ProcessId}", Id = TextOf(time), Position = job.Position.ToString(),
                Late = Math.Round((DateTimeOffset.UtcNow - time).TotalSeconds, 3),
            });
        }
    }
}
