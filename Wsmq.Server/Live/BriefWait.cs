namespace Wsmq.Server.Live;

/// <summary>Waits for work for a limited time. While any work is overdue, no caller waits.</summary>
/// <param name="longest">The longest wait.</param>
/// <param name="time">The clock.</param>
/// <param name="failed">Called with the exception of work that fails after the wait has ended.</param>
internal sealed class BriefWait(TimeSpan longest, TimeProvider time, Action<Exception> failed)
{
    private Task _late = Task.CompletedTask;

    /// <summary>Completes with the work, or when the longest wait is over. Throws what the work throws until then.</summary>
    public async Task ForAsync(Task work)
    {
        if (!work.IsCompleted && !Volatile.Read(ref _late).IsCompleted)
        {
            _ = ObserveAsync(work);
            return;
        }

        // A timeout of the wait is not a failure of the work, and work that completes right after the timeout counts as completed.
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
