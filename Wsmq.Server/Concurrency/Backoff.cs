namespace Wsmq.Server.Concurrency;

/// <summary>
/// Exponential backoff with jitter: 50 ms doubling up to 2 s, each delay shortened by up to half, so that nodes do not retry in step.
/// </summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan _next = First;

    public void Reset() => _next = First;

    public TimeSpan Next()
    {
        var full = _next;
        _next = full * 2 < Longest ? full * 2 : Longest;
        return full - Jitter.PartOf(full / 2);
    }

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
