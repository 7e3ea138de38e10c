namespace Wsmq;

/// <summary>Helpers for bounded waits.</summary>
internal static class Waits
{
    public static TimeSpan Longer(TimeSpan one, TimeSpan? other) => other > one ? other.Value : one;

    /// <summary>Waits for a task, at most for the stop timeout; false where it took longer or the caller cancelled.</summary>
    public static async Task<bool> TryAsync(Task task, WsmqClientOptions options, CancellationToken cancellationToken)
    {
        await task.WaitAsync(options.StopTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
