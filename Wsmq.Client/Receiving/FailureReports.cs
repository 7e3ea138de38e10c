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
    private volatile HubSession? _session;

    public void Attach(HubSession session) => _session = session;

    public void Detach() => _session = null;

    /// <summary>Returns once the server has answered, or cannot be asked. Throws only where it is stopped.</summary>
    public async Task ReportAsync(Address source, Position position, Exception exception, CancellationToken stop)
    {
        if (_session is not { } session)
            return;
        try
        {
            // Only the first message that is not acknowledged counts: the server has to know of those before it.
            await acker.SendAsync(source, stop).ConfigureAwait(false);
            var reason = exception is NotHandledException early ? early.Reason ?? options.FailureReason(early.Cause) : options.FailureReason(exception);
            await session.FailAsync(source, position, reason)
                .WaitAsync(options.SendTimeout, options.TimeProvider, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.FailureNotReported(events.Logger, e, source, position);
        }
    }
}
