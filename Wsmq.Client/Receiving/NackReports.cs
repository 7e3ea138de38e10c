namespace Wsmq;

/// <summary>
/// Sends a nack for each failed attempt. The server counts them, so that the count survives a restart of this process, and finally
/// dead-letters the message.
/// </summary>
/// <remarks>
/// A nack that does not get through is not repeated: the next failure sends another, and one attempt more does no harm.
/// </remarks>
internal sealed class NackReports(Acker acker, WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private volatile TaskCompletionSource<HubSession> _attached = Unattached();

    public void Attach(HubSession session) => _attached.TrySetResult(session);

    public void Detach() => _attached = Unattached();

    /// <summary>
    /// Sends a nack. Returns once the server has answered or the nack has failed; throws only when stopped. A message may fail before
    /// its connection is attached, or after it was lost: the nack then waits for a connection until the next attempt.
    /// </summary>
    /// <param name="source">The source of the message.</param>
    /// <param name="position">The position of the message.</param>
    /// <param name="exception">Why the attempt failed.</param>
    /// <param name="next">Completes when the next attempt starts: the nack is obsolete then.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task ReportAsync(WsmqAddress source, WsmqPosition position, Exception exception, Task next, CancellationToken stop)
    {
        var attached = _attached.Task;
        await Task.WhenAny(attached, next).ConfigureAwait(false);
        if (!attached.IsCompleted)
            return;
        var session = await attached.ConfigureAwait(false);
        try
        {
            // The server counts attempts only at the first unacknowledged message, so send the acks of those before it first.
            await acker.SendAsync(source, stop).ConfigureAwait(false);
            var reason = exception is NotHandledException early ? early.Reason ?? options.NackReasonProvider(early.Cause) : options.NackReasonProvider(exception);
            await session.NackAsync(source, position, reason)
                .WaitAsync(options.SendTimeout, options.TimeProvider, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.FailureNotReported(events.Logger, e, source, position);
        }
    }

    private static TaskCompletionSource<HubSession> Unattached() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
