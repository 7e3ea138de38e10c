namespace Wsmq;

/// <summary>Calls Resume for sources with missing deliveries, after the last received position, and retries until answered.</summary>
internal sealed class Resumer(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private readonly WakeUp _work = new();
    private volatile HubSession? _session;
    private TimeSpan? _retryAfter;

    /// <summary>All sources; set once, before the loop starts.</summary>
    public Sources? Sources { get; set; }

    public void Attach(HubSession session)
    {
        foreach (var source in Sources!.All)
            source.Connected();
        _session = session;
        Wake();
    }

    // Pending resumes are repeated on the next connection.
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        Detach();
        return Task.CompletedTask;
    }

    public void Detach() => _session = null;

    public void Wake() => _work.Set();

    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (true)
        {
            await _work.WaitAsync(stop).ConfigureAwait(false);
            if (await AskAllAsync(stop).ConfigureAwait(false))
            {
                failures = 0;
                continue;
            }

            await Task.Delay(Waits.Longer(options.SendBackoff.Next(failures++), _retryAfter), options.TimeProvider, stop).ConfigureAwait(false);
            Wake();
        }
    }

    private async Task<bool> AskAllAsync(CancellationToken stop)
    {
        var answered = true;
        _retryAfter = null;
        foreach (var source in Sources!.All)
        {
            if (_session is not { } session)
                return true;
            if (source.ResumeAfter() is { } after)
                answered &= await AskAsync(session, source, after, stop).ConfigureAwait(false);
        }

        return answered;
    }

    private async Task<bool> AskAsync(HubSession session, SourceState source, WsmqPosition after, CancellationToken stop)
    {
        Log.Missing(events.Logger, source.Source, after);
        Exception? refusal = null;
        try
        {
            await session.ResumeAsync(source.Source, after).WaitAsync(options.SendTimeout, options.TimeProvider, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (!HubRefusal.IsFinal(e, out refusal))
            {
                _retryAfter = WsmqException.From(e)?.RetryAfter;
                return false;
            }

            events.RaiseError(WsmqClientOperation.Resume, refusal);
        }

        if (source.ResumeAnswered(refusal))
            Wake();
        return true;
    }
}
