namespace Wsmq;

/// <summary>What all implementations of <see cref="IWsmqQueues"/> share: bounds of their arguments, and calls that change many jobs in steps.</summary>
internal static class QueueCalls
{
    private const int MostPeeked = 1_000;

    /// <exception cref="ArgumentOutOfRangeException">An argument of <see cref="IWsmqQueues.PeekAsync"/> is out of its bounds.</exception>
    public static void CheckPeek(WsmqJobState state, int skip, int max)
    {
        CheckDefined(state);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostPeeked);
    }

    /// <exception cref="ArgumentOutOfRangeException">Jobs of the state cannot be purged.</exception>
    public static void CheckPurge(WsmqJobState? state)
    {
        if (state is not { } one)
            return;
        CheckDefined(one);
        ArgumentOutOfRangeException.ThrowIfEqual(one, WsmqJobState.Leased, nameof(state));
    }

    /// <summary>Does all steps of a change; returns how many jobs they have changed together.</summary>
    /// <param name="step">
    /// Does one step; its argument is null for the first one, then <see cref="WsmqQueueStep.Next"/> of the previous one.
    /// </param>
    public static async Task<long> AllAsync(Func<string?, Task<WsmqQueueStep>> step)
    {
        var count = 0L;
        string? next = null;
        do
        {
            (var changed, next) = await step(next).ConfigureAwait(false);
            count += changed;
        }
        while (next is not null);
        return count;
    }

    private static void CheckDefined(WsmqJobState state)
    {
        if (!Enum.IsDefined(state))
            throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state.");
    }
}
