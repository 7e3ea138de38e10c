using System.Collections.ObjectModel;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// A job of a work queue, as a handler receives it. When the handler returns, the job is completed, unless it has called
/// <see cref="Retry"/> or <see cref="Reject"/>. When it throws, the attempt has failed, and the job is retried after the back-off of the queue.
/// </summary>
public class WsmqJob
{
    /// <summary>Creates a job, for example to test a handler.</summary>
    /// <param name="message">The message in its wire form; its source is the queue.</param>
    /// <param name="attempt">The number of this attempt, counted from 1.</param>
    public WsmqJob(WsmqDelivery message, int attempt = 1)
    {
        ArgumentNullException.ThrowIfNull(message);
        (Message, Attempt) = (message, attempt);
    }

    /// <summary>The message in its wire form, with the body as it was sent.</summary>
    public WsmqDelivery Message { get; }

    /// <summary>The number of this attempt, counted from 1. Attempts that did not count are not in it.</summary>
    public int Attempt { get; }

    /// <summary>How many leases of the job were lost: a worker that held it ended, or stood still for too long.</summary>
    public int LostLeases { get; init; }

    /// <summary>When the job became due: stored, at the end of its delay, or of the wait after the last attempt.</summary>
    public DateTimeOffset Due { get; init; }

    /// <summary>The name of the recurring job; null if it is not the job of one.</summary>
    public string? Schedule => Sender is null ? Headers.GetValueOrDefault(WsmqJobHeaders.Schedule) : null;

    /// <summary>
    /// For the job of a recurring one: the occurrence that it is for. It may be earlier than <see cref="Due"/>, by as long as no node could
    /// store the job. Otherwise null.
    /// </summary>
    public DateTimeOffset? Occurrence => Schedule is not null
        && DateTimeOffset.TryParse(
            Headers.GetValueOrDefault(WsmqJobHeaders.Occurrence), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time : null;

    /// <summary>The address of the queue.</summary>
    public WsmqAddress Queue => WsmqAddress.Parse(Message.Source);

    /// <summary>The position of the job in its queue, which identifies it.</summary>
    public WsmqPosition Position => WsmqPosition.Parse(Message.Position);

    /// <summary>The id of the message: the sender's, or a generated one. It stays the same over all attempts.</summary>
    public string Id => Message.Id;

    /// <summary>The identifier of the user who sent the message, set by the server; null where the app itself sent it.</summary>
    public string? Sender => Message.Sender;

    /// <summary>When the server accepted the message, in UTC.</summary>
    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeMilliseconds(Message.SentAt);

    /// <summary>The name of the message type on the wire; null where the sender gave none.</summary>
    public string? Type => Message.Type;

    /// <summary>The headers from the sender; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Headers => Message.Headers ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Correlates a reply with its request; null where the sender gave none.</summary>
    public string? CorrelationId => Message.CorrelationId;

    /// <summary>The address for replies; null where the sender gave none.</summary>
    public WsmqAddress? ReplyTo => WsmqAddress.TryParse(Message.ReplyTo, out var replyTo, out _) ? replyTo : null;

    /// <summary>What the handler has decided; null if returning completes the job.</summary>
    internal JobDecision? Decision { get; private set; }

    /// <summary>Ends this attempt when the handler returns: the job is tried again.</summary>
    /// <param name="after">How long to wait first; null for the back-off of the queue.</param>
    /// <param name="counts">Whether this was a failed attempt. False, for example, when something that the job needs is busy.</param>
    /// <param name="reason">Why, for the operator; cut off at 256 characters. It must not contain content of the message.</param>
    public void Retry(TimeSpan? after = null, bool counts = true, string? reason = null) =>
        Decision = new JobDecision(IsRetry: true, after, counts, reason ?? string.Empty);

    /// <summary>Ends the job when the handler returns: no attempt can ever succeed, and it becomes a dead letter.</summary>
    /// <param name="reason">Why, for the operator; cut off at 256 characters. It must not contain content of the message.</param>
    public void Reject(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Decision = new JobDecision(IsRetry: false, null, Counts: true, reason);
    }
}

/// <summary>A job with a typed body: see <see cref="WsmqJob"/> for what returning and throwing mean.</summary>
/// <typeparam name="T">The type of the body.</typeparam>
public sealed class WsmqJob<T> : WsmqJob
{
    /// <summary>Creates a job, for example to test a handler.</summary>
    /// <param name="message">The message in its wire form; its source is the queue.</param>
    /// <param name="body">The deserialized body.</param>
    /// <param name="attempt">The number of this attempt, counted from 1.</param>
    public WsmqJob(WsmqDelivery message, T body, int attempt = 1)
        : base(message, attempt) => Body = body;

    /// <summary>The deserialized body.</summary>
    public T Body { get; }
}

/// <summary>What a handler has decided about its job.</summary>
internal sealed record JobDecision(bool IsRetry, TimeSpan? After, bool Counts, string Reason);
