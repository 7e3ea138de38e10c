namespace Wsmq.Server.Concurrency;

/// <summary>
/// Runs a step in the background until it is stopped: after each wake-up, and otherwise once per interval. A step that fails is
/// repeated with backoff, so that no exception ends the loop.
/// </summary>
internal sealed class BackgroundLoop(TimeProvider time)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeUp _wake = new();
    private Task _loop = Task.CompletedTask;

    /// <param name="step">What to run. The stop cancels its token.</param>
    /// <param name="interval">How long to wait for a wake-up before the next step; evaluated before each wait.</param>
    /// <param name="failed">Reports a failed step and the pause before it is repeated. Must not throw.</param>
    public void Start(Func<CancellationToken, Task> step, Func<TimeSpan> interval, Action<Exception, TimeSpan> failed) =>
        Start(interval, stop => new Backoff(time).RetryAsync(step, failed, stop));

    /// <summary>The same, but a step that fails is not repeated before the next wake-up or interval.</summary>
    /// <param name="step">What to run. The stop cancels its token.</param>
    /// <param name="interval">How long to wait for a wake-up before the next step; evaluated before each wait.</param>
    /// <param name="failed">Reports a failed step. Must not throw.</param>
    public void StartWithoutRetry(Func<CancellationToken, Task> step, Func<TimeSpan> interval, Action<Exception> failed) =>
        Start(interval, async stop =>
        {
            try
            {
                await step(stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                failed(e);
            }
        });

    /// <summary>Runs the step as soon as possible. Any number of calls before it runs are one.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Cancels the step, and returns once it has ended. It may be called more than once.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private void Start(Func<TimeSpan> interval, Func<CancellationToken, Task> step) => _loop = Task.Run(async () =>
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(interval(), time, _stop.Token);
                await step(_stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped: the result of the last step no longer matters.
        }
    });
}
