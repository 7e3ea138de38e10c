namespace Wsmq.Server.Redis.Backplane;

/// <summary>Waits for work for a moment at most; while somebody's takes longer, nobody waits.</summary>
/// <param name="longest">The moment.</param>
/// <param name="time">The clock.</param>
/// <param name="failed">Hears how work failed that nobody waits for any more.</param>
internal sealed class BriefWait(TimeSpan longest, TimeProvider time, Action<Exception> failed)
{
    private Task _late = Task.CompletedTask;

    /// <summary>Completes with the work, or after the moment. What the work throws until then it throws.</summary>
    public async Task ForAsync(Task work)
    {
        if (!work.IsCompleted && !Volatile.Read(ref _late).IsCompleted)
        {
            _ = ObserveAsync(work);
            return;
        }

        // Work that ends just after the moment has ended: a wait that was too long is no failure of it.
        await work.WaitAsync(longest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (work.IsCompleted)
            await work;
        else
            Volatile.Write(ref _late, ObserveAsync(work));
    }

    private async Task ObserveAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
