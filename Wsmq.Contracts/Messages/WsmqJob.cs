using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// A job of a work queue, as a handler receives it. When the handler returns, the job is completed, unless it has called
/// <see cref="Retry"/> or <see cref="Reject"/>. When it throws, the attempt has failed, and the job is retried after the back-off of the queue.
/// </summary>
public class WsmqJob
{
    /// <summary>The most bytes of a progress, as JSON in UTF-8.</summary>
    public const int MaxProgressBytes = 1_024;

    private WsmqJsonBody? _progress;

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

    /// <summary>
    /// The last progress that was reported for the job, by this attempt or by an earlier one; null where none was. An attempt can go on where
    /// the one before it has stopped.
    /// </summary>
    public WsmqJsonBody? Progress
    {
        get => _progress;
        init => _progress = value;
    }

    /// <summary>What the handler has decided; null if returning completes the job.</summary>
    internal JobDecision? Decision { get; private set; }

    /// <summary>Stores progress; null for a job that no worker holds, such as one that a test has created.</summary>
    internal Func<WsmqJsonBody, CancellationToken, Task>? Report { get; init; }

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

    /// <summary>
    /// Stores how far the job has come, in place of the last progress, and extends its lease. It can be read by the position of the job, also
    /// after its end, and is kept over retries. If the store or the connection does not answer, the report is repeated for as long as the
    /// lease is current.
    /// </summary>
    /// <param name="progress">Any value, which is serialized with web defaults (camel case); <c>Progress.To&lt;T&gt;()</c> reads it.</param>
    /// <param name="cancellationToken">Cancels the wait; the progress may be stored nevertheless.</param>
    /// <typeparam name="T">The declared type of the value.</typeparam>
    /// <returns>Completes once the progress is stored.</returns>
    /// <exception cref="WsmqException">
    /// <c>lease-lost</c>: another worker may have the job, or it was cancelled. <c>invalid-message</c>: it has more than
    /// <see cref="MaxProgressBytes"/> bytes. <c>invalid-body</c>: it cannot be written as JSON.
    /// </exception>
    [RequiresUnreferencedCode("Serializes by reflection: in trimmed apps use the overload with WsmqJsonBody.")]
    [RequiresDynamicCode("Serializes by reflection: in native apps use the overload with WsmqJsonBody.")]
    public Task ReportProgressAsync<T>(T progress, CancellationToken cancellationToken = default) =>
        ReportProgressAsync(WsmqJsonBody.From(progress), cancellationToken);

    /// <summary>As the generic overload, for a value that is JSON already: <c>WsmqJsonBody.From(value, typeInfo)</c> makes it.</summary>
    /// <param name="progress">The progress.</param>
    /// <param name="cancellationToken">Cancels the wait; the progress may be stored nevertheless.</param>
    /// <inheritdoc cref="ReportProgressAsync{T}(T, CancellationToken)" path="/returns"/>
    /// <exception cref="WsmqException">
    /// <c>lease-lost</c>: another worker may have the job, or it was cancelled. <c>invalid-message</c>: it has more than
    /// <see cref="MaxProgressBytes"/> bytes.
    /// </exception>
    public async Task ReportProgressAsync(WsmqJsonBody progress, CancellationToken cancellationToken = default)
    {
        CheckProgress(progress);
        if (Report is not null)
            await Report(progress, cancellationToken).ConfigureAwait(false);
        _progress = progress;
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal static void CheckProgress(WsmqJsonBody progress)
    {
        if (progress.Utf8.Length > MaxProgressBytes)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"the progress of a job has at most {MaxProgressBytes} bytes as JSON, not {progress.Utf8.Length}");
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
internal sealed record JobDecision(bool IsRetry, TimeSpan? After, bool Counts, string Reason)
{
    /// <summary>The request that waits for the job, and its answer: the job is completed.</summary>
    public (string Request, RequestAnswer Answer)? Answer { get; init; }

    /// <summary>Why the body could not be read; null if it could.</summary>
    public Exception? Unreadable { get; init; }
}

/// <summary>The handler of a job has thrown, and the attempt is repeated.</summary>
internal sealed class JobFailedException(Exception cause) : Exception(cause.Message, cause);
