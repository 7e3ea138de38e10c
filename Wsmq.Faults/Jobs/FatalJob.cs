using System.Diagnostics;

namespace Wsmq.Faults.Jobs;

/// <summary>
/// A job that ends the process of its worker, as by kill -9, or one that is worked on beside it. The load has none: tests send them to
/// the processes of this program.
/// </summary>
/// <param name="Kills">Whether it ends the process.</param>
/// <param name="Beside">Of one that does: how many others must have begun in the process when it is worked on for the first time.</param>
[WsmqMessageType("fatal")]
internal sealed record FatalJob(bool Kills, int Beside = 0)
{
    // Long enough for a job that is given out at the same time to end the process.
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(200);

    private static int _begun;

    public static async Task HandleAsync(WsmqJob<FatalJob> job, CancellationToken cancellationToken)
    {
        var isFirst = job.LostLeases == 0;
        if (job.Body.Kills)
        {
            while (isFirst && Volatile.Read(ref _begun) < job.Body.Beside)
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }

        Interlocked.Increment(ref _begun);
        await Task.Delay(isFirst ? Timeout.InfiniteTimeSpan : Duration, cancellationToken);
    }

    /// <summary>In the app.</summary>
    internal sealed class Handler : IWsmqJobHandler<FatalJob>
    {
        public Task HandleAsync(WsmqJob<FatalJob> job, CancellationToken cancellationToken) => FatalJob.HandleAsync(job, cancellationToken);
    }
}
