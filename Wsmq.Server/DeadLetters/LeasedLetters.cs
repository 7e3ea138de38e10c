using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.DeadLetters;

/// <summary>Handles batches of a run, and renews its lease meanwhile and during searches: both take as long as the store needs.</summary>
internal sealed class LeasedLetters(RunLetters letters, HeldRun held, TimeProvider time, ILogger logger)
{
    private const int RenewalsInALease = 3;

    /// <summary>Handles the batch of a run, and returns the run with the new counts; null if another node has taken it.</summary>
    public Task<RunRecord?> HandleAsync(RunRecord run, bool isRepeated, CancellationToken cancellationToken) =>
        RenewedAsync(stop => letters.HandleAsync(run, isRepeated, stop), cancellationToken);

    /// <summary>Renews the lease while something is done for the run; null if another node has taken the run.</summary>
    public async Task<T?> RenewedAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class
    {
        using var taken = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, taken.Token);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(taken, end.Token);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException) when (taken.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await end.CancelAsync();
            await renewing;
        }
    }

    private async Task RenewAsync(CancellationTokenSource taken, CancellationToken cancellationToken)
    {
        try
        {
            do
                await Task.Delay(held.Lease / RenewalsInALease, time, cancellationToken);
            while (await IsOursAsync(cancellationToken));
            await taken.CancelAsync();
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    private async Task<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        try
        {
            // What a stopped run has begun with is handled, and nobody else does that.
            return await held.RenewAsync(letters.Waits, cancellationToken) || await held.IsStoppedAsync(cancellationToken);
        }
        catch (WsmqException e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.RunInterrupted(logger, e, held.Stored.Id, held.Lease / RenewalsInALease);
            return true;
        }
    }
}
