using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Availability;

/// <summary>
/// Knows whether the store is there. What the node asks of the store anyhow raises the suspicion; a light question of its own decides,
/// because one failed call is no outage, and the last success says nothing.
/// </summary>
internal sealed class StoreMonitor(
    IStore store, StoreNews news, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<StoreMonitor> logger)
{
    private static readonly TimeSpan WhileThere = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileAway = TimeSpan.FromMilliseconds(500);

    // Every call that fails asks for a look.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly WakeUp _wake = new();
    private Task _loop = Task.CompletedTask;
    private bool _available = true;

    public void Start()
    {
        store.Doubted += _wake.Set;
        _loop = Task.Run(RunAsync);
    }

    public async Task StopAsync()
    {
        store.Doubted -= _wake.Set;
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_available ? WhileThere : WhileAway, time, _stop.Token);
                Set(await AnswersAsync());
                await Task.Delay(Least, time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        using var timeout = new CancellationTokenSource(options.Value.StoreAwayAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            return await store.IsAvailableAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // Whatever it is: nobody would hear of the store any more if this loop ended. One that fails at the moment in which the
            // time is over may throw what it otherwise turns into an answer.
            Log.StoreUnavailable(logger, e);
            return false;
        }
    }

    private void Set(bool available)
    {
        // What is broken off by the stop says nothing about the store.
        if (available == _available || _stop.IsCancellationRequested)
            return;
        _available = available;
        metrics.StoreChanged(available);
        var told = news.Tell(available);
        if (available)
            Log.StoreBack(logger, told);
        else
            Log.StoreAway(logger, told);
    }
}
