namespace Wsmq.Server;

/// <summary>Growing pauses with jitter: 50 ms doubling up to 2 s, each shortened by up to half, so that nodes do not retry in step.</summary>
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
#pragma warning disable CA5394 // Spreads retries; nothing secret depends on it.
        return full * (1 - (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }

    /// <summary>Repeats an attempt until it succeeds, with pauses; ends with an exception only once it is cancelled.</summary>
    /// <param name="attempt">What to do.</param>
    /// <param name="failed">Told of every failure and the pause behind it.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
