namespace Wsmq;

/// <summary>
/// Answers requests of one type to a work queue: the job is completed together with the answer. An exception that is no answer ends the attempt,
/// and the queue repeats it while the request waits. A job that nobody has requested becomes a dead letter when the handler refuses it.
/// </summary>
internal sealed class RequestJobHandler(RequestHandler handler) : JobHandler(handler.Type)
{
    public override Func<CancellationToken, Task<JobDecision?>> Bind(WsmqDelivery message, GivenJob job, ProgressReporter reporter)
    {
        var id = message.Headers?.GetValueOrDefault(WsmqRequestHeaders.Request);
        var request = new WsmqIncomingRequest
        {
            Id = id ?? string.Empty, To = message.Source, Sender = message.Sender, Type = message.Type, Body = message.Body, Data = message.Data,
            ContentType = message.ContentType, Headers = message.Headers, CorrelationId = message.CorrelationId,
        };
        return async cancellationToken =>
        {
            Exception? failure = null;
            var answer = await handler.AnswerAsync(request, e => failure = e, cancellationToken).ConfigureAwait(false);
            if (failure is not null && answer.Code == WsmqRequestException.HandlerFailed)
                throw new JobFailedException(failure);
            cancellationToken.ThrowIfCancellationRequested();

            // Nobody has requested a job without an id: one that was refused must not be lost.
            return id is null && answer.Reply is not null
                ? null
                : new JobDecision(IsRetry: false, null, Counts: true, id is null ? answer.Code! : string.Empty)
                {
                    Answer = id is null ? null : (id, answer), Unreadable = failure,
                };
        };
    }
}
