using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>A recurring job as the app has added it.</summary>
/// <param name="queue">The name of the queue.</param>
/// <param name="name">Its name, which is unique in the queue.</param>
/// <param name="schedule">Its occurrences.</param>
/// <param name="options">Its options.</param>
/// <param name="message">Makes its message, without what each occurrence adds.</param>
internal sealed class RecurringJob(
    string queue, string name, CronSchedule schedule, WsmqRecurringOptions options, Func<WsmqOptions, WsmqOutgoingMessage> message)
{
    public const int MaxNameBytes = 64;

    // A sender's id has no control character: no sender can take it.
    private const string UniquePrefix = "\u0001";

    public string Queue => queue;

    public string Name => name;

    public CronSchedule Schedule => schedule;

    public WsmqRecurringOptions Options => options;

    /// <summary>The message, without what each occurrence adds; null if it cannot be serialized.</summary>
    public WsmqOutgoingMessage? Message { get; private set; }

    /// <summary>Why it cannot be serialized.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Differs if anything about the recurring job does.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Serializes the message, once for all occurrences.</summary>
    public void Prepare(WsmqOptions all)
    {
        try
        {
            Message = message(all);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Converters and property getters may throw any exception. It is reported, and the other recurring jobs run.
            Failure = e;
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{schedule.Definition}\n{options.Missed}\n{options.MaxMissed}\n{options.NeverOverlaps}\n{options.Key}\n{options.Priority}\n{options.TimeToLive}\n{Message?.Type}\n");
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(text), .. (Message?.Body ?? default).Utf8.Span]))[..32];
    }

    /// <summary>The job of one occurrence.</summary>
    /// <exception cref="WsmqException">The message is over a limit, or a term is out of its bounds.</exception>
    public AppendRequest RequestOf(long occurrence, MessageRules rules)
    {
        var due = CronSchedule.Moment(occurrence).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var request = rules.Check(
            Message! with
            {
                Id = $"{name}/{due}",
                Headers = new Dictionary<string, string> { [WsmqJobHeaders.Schedule] = name, [WsmqJobHeaders.Occurrence] = due },
            },
            sender: null).Request;
        return options.NeverOverlaps ? request with { Job = request.Job! with { Unique = UniquePrefix + name } } : request;
    }
}
