namespace Wsmq;

/// <summary>Waiting that ends.</summary>
internal static class Waits
{
    public static TimeSpan Longer(TimeSpan one, TimeSpan? other) => other > one ? other.Value : one;

    /// <summary>Waits for a task as long as stopping may take; false where it took longer or the caller gave up.</summary>
    public static async Task<bool> TryAsync(Task task, WsmqClientOptions options, CancellationToken cancellationToken)
    {
        await task.WaitAsync(options.StopTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
