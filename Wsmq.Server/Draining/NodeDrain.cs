using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Draining;

/// <summary>
/// Drains a node that is stopping. The node first reports that it is not ready. Then it refuses new connections, asks its clients to
/// reconnect elsewhere, and continues to deliver and store messages until they have left. Remaining connections are closed at the end,
/// with a close message that lets their clients reconnect.
/// </summary>
internal sealed class NodeDrain(
    ConnectionRegistry connections,
    DrainState state,
    IOptions<WsmqOptions> options,
    TimeProvider time,
    WsmqMetrics metrics,
    ILogger<NodeDrain> logger)
{
    // The interval of the checks for remaining connections, and for connections that opened during the drain.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Without a drain: the check interval, and the time for close frames to reach the clients before the connections are closed.
    private static readonly TimeSpan ShortLook = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly DrainPlan _plan = DrainPlan.Of(options.Value.Drain);
    private long _began;
    private int _asked;
    private int _closed;

    private TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>
    /// Runs the drain and blocks until it ends: SignalR's own ApplicationStopping callback closes all connections, and must run only
    /// afterwards. Register this callback after SignalR's, because the callback that was registered last is called first.
    /// </summary>
    public void Run() => Task.Run(RunAsync).GetAwaiter().GetResult();

    private async Task RunAsync()
    {
        _began = time.GetTimestamp();
        state.Stop();
        try
        {
            if (options.Value.Drain.Timeout == TimeSpan.Zero)
                await CloseAllAsync();
            else if (!connections.IsEmpty)
                await DrainAsync();
        }
        catch (Exception e)
        {
            // The app must stop even if the drain fails.
            Log.DrainFailed(logger, e);
        }

        state.Refuse();
    }

    private Task CloseAllAsync()
    {
        state.Refuse();
        return WaitAsync(Goodbye, ShortLook, () =>
        {
            foreach (var connection in connections.All.Where(c => !c.IsClosing))
                Close(connection);
        });
    }

    private async Task DrainAsync()
    {
        Log.DrainBegan(logger, connections.Count, options.Value.Drain.Timeout);
        metrics.DrainBegan();
        await WaitAsync(_plan.AskFrom, Look, () => { });
        state.Refuse();
        await WaitAsync(_plan.End, Look, AskAndClose);
        var cut = 0;
        foreach (var connection in connections.All)
        {
            connection.Abort();
            cut++;
        }

        metrics.DrainEnded(_asked - _closed, _closed);
        Log.DrainEnded(logger, _asked - _closed, _closed, cut, Elapsed);
    }

    private async Task WaitAsync(TimeSpan until, TimeSpan look, Action meanwhile)
    {
        while (!connections.IsEmpty && Elapsed < until)
        {
            meanwhile();
            await Task.Delay(look, time);
        }
    }

    private void AskAndClose()
    {
        var now = Elapsed;
        foreach (var connection in connections.All)
        {
            if (connection.DrainedAt is null)
            {
                connection.DrainedAt = _plan.CloseFrom + Jitter.PartOf(_plan.Spread);
                connection.AskToReconnect(Jitter.PartOf(_plan.Spread));
                _asked++;
            }

            if (now < connection.DrainedAt || connection.IsClosing)
                continue;
            Close(connection);
            _closed++;
        }
    }

    // The grace ends after the drain: an abort would forbid the client to reconnect, and at the end of a drain SignalR closes what is left.
    private void Close(NodeConnection connection) =>
        connection.Close(new WsmqException(WsmqErrors.Stopping), mayReconnect: true, grace: _plan.End + (2 * Goodbye));
}
