namespace Wsmq;

/// <summary>Reports the progress of a job that a worker of this process holds.</summary>
/// <param name="held">The job.</param>
/// <param name="line">Stores the progress.</param>
/// <param name="reports">Receives what is to be logged.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressReporter(HeldJob held, IJobLine line, IJobReports reports, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Stores the progress, repeatedly until there is an answer. That also confirms the lease.</summary>
    /// <exception cref="WsmqException"><c>lease-lost</c>, or a final refusal.</exception>
    public async Task ReportAsync(WsmqJsonBody progress, CancellationToken cancellationToken)
    {
        var pause = held.Job.Duration / 10 < LongestPause ? held.Job.Duration / 10 : LongestPause;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, cancellationToken);
        try
        {
            while (!await TryReportAsync(progress, stop.Token).ConfigureAwait(false))
                await Task.Delay(pause, time, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (held.Lost.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.LeaseLost);
        }
    }

    /// <summary>Returns false if there was no answer.</summary>
    private async Task<bool> TryReportAsync(WsmqJsonBody progress, CancellationToken stop)
    {
        var asked = time.GetTimestamp();
        try
        {
            if (!await line.ReportProgressAsync(held.Job.Lease, progress, stop).ConfigureAwait(false))
            {
                held.Lose();
                throw new WsmqException(WsmqErrors.LeaseLost);
            }

            held.Extended(asked);
            return true;
        }
        catch (WsmqException e) when (e.Error.CanRetry)
        {
            reports.NotExtended(held.Job, e);
            return false;
        }
    }
}
