using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>All log messages of the client. No message contains a token or a body.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "The client is {State}.")]
    public static partial void StateChanged(ILogger logger, WsmqClientState state);

    [LoggerMessage(3, LogLevel.Warning, "The connection was lost.")]
    public static partial void ConnectionLost(ILogger logger, Exception? exception);

    [LoggerMessage(4, LogLevel.Warning, "{Operation} failed (source {Source}, position {Position}).")]
    public static partial void Error(ILogger logger, Exception exception, WsmqClientOperation operation, string? source, string? position);

    [LoggerMessage(5, LogLevel.Error, "The app's handler of the event {Event} threw.")]
    public static partial void EventHandlerFailed(ILogger logger, Exception exception, string @event);

    [LoggerMessage(6, LogLevel.Warning, "Entries of {Source} after {After} and before {Before} will not be delivered: {Reason}.")]
    public static partial void Gap(ILogger logger, WsmqAddress source, WsmqPosition after, WsmqPosition before, string reason);

    [LoggerMessage(7, LogLevel.Warning, "The server waits for acks of {Source} up to {Position} before it delivers more.")]
    public static partial void Stalled(ILogger logger, WsmqAddress source, WsmqPosition position);

    [LoggerMessage(8, LogLevel.Debug, "Deliveries of {Source} after {Received} are missing; requesting them.")]
    public static partial void Missing(ILogger logger, WsmqAddress source, WsmqPosition received);

    [LoggerMessage(9, LogLevel.Warning, "Live pushes arrive faster than their handler processes them: the oldest was dropped.")]
    public static partial void LiveDropped(ILogger logger);

    [LoggerMessage(10, LogLevel.Warning, "StopTimeout elapsed while waiting for {What}; the client stops without waiting longer.")]
    public static partial void StopTimedOut(ILogger logger, string what);

    [LoggerMessage(11, LogLevel.Critical, "A loop of the client ended with an error: this is a defect in wsmq.")]
    public static partial void LoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Debug, "Sends to {To} are retried in {Delay}.")]
    public static partial void SendsRepeated(ILogger logger, string to, TimeSpan delay);

    [LoggerMessage(14, LogLevel.Information, "The server is stopping; the client reconnects.")]
    public static partial void Leaving(ILogger logger);

    [LoggerMessage(15, LogLevel.Warning, "The server reports that its store is unavailable: sends are retried until SendTimeout, and nothing is delivered.")]
    public static partial void StoreAway(ILogger logger);

    [LoggerMessage(16, LogLevel.Information, "The server reports that its store is available again.")]
    public static partial void StoreBack(ILogger logger);

    [LoggerMessage(13, LogLevel.Debug, "Closing a connection failed.")]
    public static partial void CloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(130, LogLevel.Warning, "{Cause} (attempt {Attempt} to connect failed; the next follows in {RetryIn}, and the same cause is not logged again until the client is connected)")]
    public static partial void ConnectFailed(ILogger logger, string cause, int attempt, TimeSpan retryIn);

    [LoggerMessage(131, LogLevel.Debug, "Attempt {Attempt} to connect failed; the next follows in {RetryIn}.")]
    public static partial void ConnectFailedAgain(ILogger logger, Exception exception, int attempt, TimeSpan retryIn);

    [LoggerMessage(132, LogLevel.Information, "Connected after {Attempts} failed attempts and {Outage}.")]
    public static partial void ConnectedAfter(ILogger logger, int attempts, TimeSpan outage);

    [LoggerMessage(133, LogLevel.Debug, "The connection was lost again.")]
    public static partial void ConnectionLostAgain(ILogger logger, Exception? exception);

    [LoggerMessage(50, LogLevel.Warning, "The message {Position} of {Source} was dead-lettered after {Attempts} failed attempts.")]
    public static partial void DeadLettered(ILogger logger, WsmqAddress source, WsmqPosition position, int attempts);

    [LoggerMessage(120, LogLevel.Warning, "No handler takes messages of the type {Type}: {Count} dead-lettered since this was last logged, the latest at {Position} of {Source}. Register one with On or OnAny before the client starts, or set UnhandledMessages to Acknowledge.")]
    public static partial void NoHandler(ILogger logger, string type, int count, string source, string position);

    [LoggerMessage(122, LogLevel.Warning, "No handler takes messages without a type: {Count} dead-lettered since this was last logged, the latest at {Position} of {Source}. Register a fallback with OnAny before the client starts, or set UnhandledMessages to Acknowledge.")]
    public static partial void NoHandlerWithoutType(ILogger logger, int count, string source, string position);

    [LoggerMessage(121, LogLevel.Debug, "The message {Position} of {Source} has the type {Type}, which no handler takes: it is ignored.")]
    public static partial void Ignored(ILogger logger, string position, string source, string? type);

    [LoggerMessage(60, LogLevel.Warning,
        "No handler here takes jobs of type '{Type}' of {Queue}: they are handed back, for a worker that knows the type. Each type is logged once.")]
    public static partial void JobTypeUnknown(ILogger logger, string type, WsmqAddress queue);

    [LoggerMessage(61, LogLevel.Warning,
        "The lease of job {Job} of {Queue} was lost while it was worked on here; another worker may have it. Usual causes: no connection, or the thread pool is exhausted.")]
    public static partial void JobLost(ILogger logger, WsmqPosition job, WsmqAddress queue);

    [LoggerMessage(62, LogLevel.Debug, "The lease of job {Job} of {Queue} could not be extended; trying again.")]
    public static partial void JobNotExtended(ILogger logger, Exception exception, WsmqPosition job, WsmqAddress queue);

    [LoggerMessage(63, LogLevel.Warning,
        "Leases of {Queue} were extended {By} late. The threads of the process are probably all blocked: handlers must not wait synchronously on the thread pool.")]
    public static partial void ExtensionsLate(ILogger logger, TimeSpan by, WsmqAddress queue);

    [LoggerMessage(64, LogLevel.Warning, "{Count} handlers of {Queue} did not return when their tokens were cancelled; their jobs are handed back, and may run twice at a time.")]
    public static partial void HandlersLeft(ILogger logger, int count, WsmqAddress queue);

    [LoggerMessage(65, LogLevel.Debug, "The end of an attempt at job {Job} of {Queue} got no answer; trying again in {Delay}.")]
    public static partial void JobNotSettled(ILogger logger, Exception exception, WsmqPosition job, WsmqAddress queue, TimeSpan delay);

    [LoggerMessage(66, LogLevel.Debug, "Asking for the jobs of {Queue} failed; trying again in {Delay}.")]
    public static partial void NotAsked(ILogger logger, Exception exception, WsmqAddress queue, TimeSpan delay);

    [LoggerMessage(67, LogLevel.Warning,
        "The server lets this connection hold {Granted} jobs of {Queue} at a time, not {Asked}: its option Delivery.MaxInFlightMessagesPerConnection limits all queues of a connection together.")]
    public static partial void CreditCut(ILogger logger, WsmqAddress queue, int granted, int asked);

    [LoggerMessage(68, LogLevel.Debug, "The call of {Method} got no answer, or was refused for the moment; trying again in {Delay}.")]
    public static partial void CallRepeated(ILogger logger, Exception exception, string method, TimeSpan delay);

    [LoggerMessage(69, LogLevel.Information, "Job {Job} of {Queue} was cancelled while it was worked on here; its handler was told to stop.")]
    public static partial void JobCancelled(ILogger logger, WsmqPosition job, WsmqAddress queue);

    [LoggerMessage(52, LogLevel.Debug, "The state of {Source} was handled: {Count} messages. The log goes on after {Position}.")]
    public static partial void StateComplete(ILogger logger, WsmqAddress source, int count, WsmqPosition position);

    [LoggerMessage(53, LogLevel.Warning, "The message {Position} of the state of {Source} is left out: {Attempts} attempts to handle it failed.")]
    public static partial void StateLeftOut(ILogger logger, string position, WsmqAddress source, int attempts);

    [LoggerMessage(54, LogLevel.Warning,
        "{Count} messages of the state of {Source} are left out, because no handler takes their types. Register handlers with On or OnAny before the client starts, or set UnhandledMessages to Acknowledge.")]
    public static partial void StateUnhandled(ILogger logger, int count, WsmqAddress source);

    [LoggerMessage(60, LogLevel.Debug, "An answer to a request was not sent: the connection has ended, or nobody waits any more.")]
    public static partial void NotAnswered(ILogger logger, Exception exception);

    [LoggerMessage(61, LogLevel.Warning, "The server did not confirm what this client answers; trying again in {Delay}.")]
    public static partial void NotOffered(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(51, LogLevel.Debug, "The nack of the message {Position} of {Source} failed.")]
    public static partial void FailureNotReported(ILogger logger, Exception exception, WsmqAddress source, WsmqPosition position);
}
