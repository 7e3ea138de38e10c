namespace Wsmq.Server.Concurrency;

/// <summary>
/// Exponential backoff with jitter: 50 ms doubling up to 2 s, each delay shortened by up to half, so that nodes do not retry in step.
/// </summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private int _failures;

    /// <summary>The delay after an attempt that failed.</summary>
    /// <param name="failures">How many attempts had failed before it.</param>
    public static TimeSpan After(int failures)
    {
        // Beyond this the doubling would overflow.
        var full = First * Math.Pow(2, Math.Min(failures, 30));
        full = full < Longest ? full : Longest;
        return full - Jitter.PartOf(full / 2);
    }

    public void Reset() => _failures = 0;

    public TimeSpan Next() => After(_failures++);

    /// <summary>Retries an operation until it succeeds, with backoff. Throws only after it is cancelled.</summary>
    /// <param name="attempt">The operation.</param>
    /// <param name="failed">Called for every failure, with the delay before the next attempt.</param>
    /// <param name="cancellationToken">Stops the retries.</param>
    public async Task RetryAsync(Func<CancellationToken, Task> attempt, Action<Exception, TimeSpan> failed, CancellationToken cancellationToken)
    {
        for (Reset(); ;)
        {
            try
            {
                await attempt(cancellationToken);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                var delay = Next();
                failed(e, delay);
                await WaitAsync(delay, cancellationToken);
            }
        }
    }

    public Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, time, cancellationToken);
}
