using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Lines;

/// <summary>Asks the sentinels once a second until it is stopped, whatever happens to a question.</summary>
internal sealed class SentinelFollower(Func<CancellationToken, Task> ask, TimeProvider time, ILogger logger)
{
    // A failover of Sentinel takes seconds by itself; asking costs each sentinel next to nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(time);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, _stop.Token);

                // Sentinels that are away are no failure: this is what nobody foresaw, and it must not end the following.
                await backoff.RetryAsync(ask, (e, delay) => Log.SentinelsNotFollowed(logger, e, delay), _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
