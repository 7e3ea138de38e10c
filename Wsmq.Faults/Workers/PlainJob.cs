using System.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Workers;

/// <summary>
/// A job that the plain worker holds: works on it, extends its lease meanwhile, and ends the attempt, over whichever connection there is.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="work">Handles it.</param>
/// <param name="current">The current connection; null while there is none.</param>
internal sealed class PlainJob(WsmqJobDelivery job, JobWork work, Func<HubConnection?> current)
{
    private readonly TimeSpan _lease = TimeSpan.FromMilliseconds(job.Lease);

    public async Task RunAsync()
    {
        // The time that the job took to arrive is not known.
        using var lost = new CancellationTokenSource(_lease * 0.9);
        using var done = new CancellationTokenSource();
        var extending = ExtendAsync(lost, done.Token);
        try
        {
            await SettleAsync(await work.RunAsync(JobAttempt.Of(job), lost.Token), lost.Token);
        }
        catch (OperationCanceledException)
        {
            // The lease is lost: another worker has the job.
        }
        finally
        {
            await done.CancelAsync();
            await extending;
        }
    }

    private async Task ExtendAsync(CancellationTokenSource lost, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(_lease / 3, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested || current() is not { } hub)
                continue;
            var asked = Stopwatch.GetTimestamp();
            try
            {
                await hub.InvokeAsync("Extend", JobMessages.Queue, job.Message.Position, job.Token, done);
                if (_lease - Stopwatch.GetElapsedTime(asked) is { Ticks: > 0 } left)
                    lost.CancelAfter(left);
            }
            catch (HubException e) when (WsmqError.Find(e.Message) == WsmqErrors.LeaseLost)
            {
                await lost.CancelAsync();
            }
            catch (Exception)
            {
                // Disconnected, or the store is unavailable: the next round tries again.
            }
        }
    }

    private async Task SettleAsync(JobEnd end, CancellationToken lost)
    {
        while (!lost.IsCancellationRequested)
        {
            if (current() is { } hub && await TrySettleAsync(hub, end, lost))
                return;
            await Task.Delay(Random.Shared.Next(100, 400), lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TrySettleAsync(HubConnection hub, JobEnd end, CancellationToken lost)
    {
        var (queue, position, token) = (JobMessages.Queue, job.Message.Position, job.Token);
        try
        {
            await (end switch
            {
                JobEnd.Throws => hub.InvokeAsync("Retry", queue, position, token, new WsmqRetry { Reason = "failed" }, lost),
                JobEnd.Uncounted => hub.InvokeAsync(
                    "Retry", queue, position, token,
                    new WsmqRetry { Delay = (long)JobWork.Busy.TotalMilliseconds, Counts = false, Reason = "busy" }, lost),
                JobEnd.Rejects => hub.InvokeAsync("Reject", queue, position, token, JobWork.Rejection, lost),
                _ => hub.InvokeAsync("Complete", queue, position, token, lost),
            });
            return true;
        }
        catch (HubException e) when (WsmqError.Find(e.Message) is { CanRetry: false })
        {
            // An earlier call without an answer may have been stored; else the lease is lost.
            return true;
        }
        catch (Exception)
        {
            // Disconnected, or the store is unavailable.
            return false;
        }
    }
}
