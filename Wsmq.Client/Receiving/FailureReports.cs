namespace Wsmq;

/// <summary>
/// Tells the server of attempts that failed, so that it counts the attempts where a restart of this process does not lose them, and
/// in the end sets the message aside.
/// </summary>
/// <remarks>
/// A report that does not get through is not repeated: the next failure is reported again, and one attempt more does no harm.
/// </remarks>
internal sealed class FailureReports(Acker acker, WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private volatile TaskCompletionSource<HubSession> _attached = Unattached();

    public void Attach(HubSession session) => _attached.TrySetResult(session);

    public void Detach() => _attached = Unattached();

    /// <summary>
    /// Returns once the server has answered, or cannot be asked. Throws only where it is stopped. Messages may come, and fail, before
    /// their connection is attached, or after it was lost: the report waits for one until the next attempt.
    /// </summary>
    /// <param name="source">Of which message.</param>
    /// <param name="position">Its position.</param>
    /// <param name="exception">How it failed.</param>
    /// <param name="next">Completes when the next attempt begins, and there is nothing to report any more.</param>
    /// <param name="stop">Ends it.</param>
    public async Task ReportAsync(WsmqAddress source, WsmqPosition position, Exception exception, Task next, CancellationToken stop)
    {
        var attached = _attached.Task;
        await Task.WhenAny(attached, next).ConfigureAwait(false);
        if (!attached.IsCompleted)
            return;
        var session = await attached.ConfigureAwait(false);
        try
        {
            // Only the first message that is not acknowledged counts: the server has to know of those before it.
            await acker.SendAsync(source, stop).ConfigureAwait(false);
            var reason = exception is NotHandledException early ? early.Reason ?? options.NackReason(early.Cause) : options.NackReason(exception);
            await session.FailAsync(source, position, reason)
                .WaitAsync(options.SendTimeout, options.TimeProvider, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.FailureNotReported(events.Logger, e, source, position);
        }
    }

    private static TaskCompletionSource<HubSession> Unattached() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
