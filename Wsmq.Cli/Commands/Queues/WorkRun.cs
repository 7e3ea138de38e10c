using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>
/// One run of <c>wsmq work</c>. A worker that is refused at once ends: the queue is misspelt, or not for the user. One that is refused
/// later goes on, because the client asks again.
/// </summary>
internal sealed class WorkRun
{
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Session _session;
    private readonly JobProcesses _jobs;
    private volatile bool _wasAccepted;

    public WorkRun(Session session, string queue, JobProcesses jobs, int concurrency)
    {
        (_session, _jobs) = (session, jobs);
        session.SayConnection();
        session.Client.StateChanged += (_, change) => _wasAccepted |= change.Current == WsmqClientState.Reconnecting;
        session.Client.Error += (_, e) => OnError(e);
        session.Client.WorkAny(queue, HandleAsync, o =>
        {
            o.Concurrency = concurrency;
            o.StopTimeout = TimeSpan.Zero;
        });
    }

    /// <summary>Works until Ctrl+C, which is the normal end.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _session.ConnectAsync(cancellationToken);
            await _session.WhileHopeful(_refused.Task.WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _session.Client.StopAsync(CancellationToken.None);
        }

        return ExitCodes.Ok;
    }

    private Task HandleAsync(WsmqJob job, CancellationToken cancellationToken)
    {
        _wasAccepted = true;
        return _jobs.HandleAsync(job, cancellationToken);
    }

    private void OnError(WsmqErrorEventArgs e)
    {
        if (e.Operation != WsmqClientOperation.Work)
            return;

        // With a message it is the failure of a job.
        if (e.Delivery is { } job)
            _ = CommandLine.WriteErrorAsync($"job {job.Position}: {e.Exception.Message}");
        else if (_wasAccepted)
            _ = CommandLine.WriteErrorAsync(e.Exception.Message);
        else
            _refused.TrySetException(e.Exception);
    }
}
