using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Compares all feeds with the store now and then, and whenever subscriptions were down: this bounds the time for which a lost
/// signal can hide.
/// </summary>
internal sealed class TailCheck(
    IStore store, FeedRegistry feeds, IOptions<WsmqOptions> options, TimeProvider time, ILogger<TailCheck> logger)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeUp _wake = new();
    private Task _loop = Task.CompletedTask;

    public void Start()
    {
        store.Signals.Restored += _wake.Set;
        _loop = Task.Run(RunAsync);
    }

    public async Task StopAsync()
    {
        store.Signals.Restored -= _wake.Set;
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
                await _wake.WaitAsync(options.Value.TailCheckInterval, time, _stop.Token);
                await backoff.RetryAsync(feeds.ResyncAsync, (e, delay) => Log.TailCheckFailed(logger, e, delay), _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped; what the store says now matters no more.
        }
    }
}
